"""Users that are no person: accounts of the system, words for nobody, and what a field has when nobody is signed in. Pure rules."""

from __future__ import annotations

import re
import unicodedata

from vendors.parsing.placeholders.placeholder_texts import is_no_value

FEWEST_LETTERS = 3  # letters and digits of a login; a Chinese or Japanese name has two
# Windows' own domains, in every language that keeps "NT": `NT AUTHORITY`, `NT-AUTORITÄT`, `AUTORITE NT`, `NT SERVICE`.
_PSEUDO_DOMAIN = re.compile(r"nt\s.+|.+\snt|nt-aut\w*|window manager|font driver host|iis apppool|builtin|vordefiniert|integriert")
_PSEUDO_ACCOUNT = re.compile(
    r"""s-1-.* | .*\$ | _.* | (?:dwm|umfd)-\d+ | default(?:user|account|apppool)?\d* | kiosk.* | auto(?:logon|login|admin).*
    | healthmailbox.* | (?:iusr|iwam)(?:_.*)? | aspnet | krbtgt | wdagutilityaccount | utilityaccount
    | (?:sys|mac|laps|it|net|pc)_?admin | setup_?user | vagrant | ubuntu | debian | centos | fedora | kali | ec2-user | azureuser
    | cloud-?user
    | login(?:window|screen)? | root | toor | daemon | nobody | www-?data | local(?:system|service|user|admin) | networkservice
    | (?:gdm|sddm|lightdm|kdm|xdm|lxdm|lightdm-data|gnome-initial-setup|oem|setup)\d*
    | (?:the)?(?:user|users|guest|test|temp|tmp|admin|owner|public|service|administrator)\d*""",
    re.VERBOSE,
)
# Administrator, system and guest, from the stems that languages share.
_STEMS = re.compile(
    r"""adm[iy]nistr\w* | am+inistrat\w* | адм[иі]н(?:[иі]стр\w*)? | διαχειριστ\w* | yonetici | rendszergazda | spravce | spravca | skrbnik
    | beheerder | kerfisstjori | quantrivien | jarjestelmanvalvoja | 管理[员員者] | 系[统統]管理[员員] | 관리자
    | s[iy]st[e]*m[ae]?[a-z]? | сист[ем]+[аы]? | συστημα | rendszer | jarjestelma | 系[统統] | システム | 시스템
    | benutzer | gebruiker | utilisateur | usuario | utente | utilizador | uzytkownik | uzivatel | felhasznalo | kayttaja | bruker
    | anvandare | kullanici | пользователь | користувач | 用户 | ユーサー | 사용자
    | g[aæ]e?st[e]?\d* | gjest | invite | invitado | convidado | ospite | гость | gosc | vieras | vendeg | misafir | 来宾 | ケスト
    | unbekannt\w* | niemand | personne | nadie | nessuno | ninguem | nikt | никто | 无 | なし""",
    re.VERBOSE,
)
# "Local service" and "network service": a word for service beside one for local, network or system.
_SERVICE = re.compile(
    r"service|servic[ei]o|servizio|servico|dienst|tjanst|tjeneste|us[lł]uga|служб\w*|palvelu|szolgaltatas|sluzba|hizmet\w*|сервис"
)
_PLACE = re.compile(
    r"lo[ck]al\w*|net(?:w[eo]r[ck]|zwerk|værk|vaerk|tverk)\w*|natverks?|reseau|red|rede|rete|sieciow\w*|локальн\w*|сетев\w*|system\w*"
)
_NO_ONE = re.compile(
    r"(?:kein|keine|nicht|niemand|not|no|aucun|personne|sin|ningún|ningun|nessun|nadie|nikt)\s+\w+.*"
    r"|.*\s(?:not|nicht)\s.*|(?:logged|signed)\W+(?:in|on|off|out)|abgemeldet"
)


def nobody(login: str, domain: str = "") -> bool:
    """Whether a folded login stands for no person. `domain`: the part before the backslash."""
    if _counted(login) < FEWEST_LETTERS or (domain and _PSEUDO_DOMAIN.fullmatch(domain)):
        return True
    plain = _without_marks(login)
    joined = re.sub(r"[\s_]+", "", plain) if not plain.startswith("_") else plain
    if _PSEUDO_ACCOUNT.fullmatch(plain) or _PSEUDO_ACCOUNT.fullmatch(joined) or _STEMS.fullmatch(joined):
        return True
    return _is_service(plain) or bool(_NO_ONE.fullmatch(login)) or is_no_value(login)


def _counted(login: str) -> int:
    return sum(2 if unicodedata.category(sign) == "Lo" else 1 for sign in login if sign.isalnum())


def _without_marks(login: str) -> str:
    apart = unicodedata.normalize("NFKD", login)
    return unicodedata.normalize("NFC", "".join(sign for sign in apart if not unicodedata.combining(sign)))


def _is_service(plain: str) -> bool:
    words = re.findall(r"[^\W\d_]+", plain)
    if len(words) == 1:
        found = _SERVICE.search(words[0])
        return bool(found) and bool(_PLACE.fullmatch(words[0][: found.start()] if found else ""))
    return any(map(_SERVICE.fullmatch, words)) and any(map(_PLACE.fullmatch, words))
