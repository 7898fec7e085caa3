"""Placeholder texts: what firmware and tools write where a maker, a model or a serial was never entered. Pure rules on any text.

The texts are those of SMBIOS templates ("To be filled by O.E.M."), of tools ("Not Specified", "<BAD INDEX>"), of unfilled variables and of
people ("n/a", "unknown"), with their cut, joined and differently spelled forms.
"""

from __future__ import annotations

import re
import unicodedata

from vendors.parsing.placeholders.fillers import is_counted

_WORDS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SIGNS = re.compile(r"[\W_]+")

# Anywhere in the text without its signs: nothing that is true contains them.
_WITHIN = re.compile(
    "defaultstring|nullstring|serialn|sernum|systemserial|boardserial|badindex|outofspec|unspecified|undefined|unassigned|tobefilled|tobeset"
    "|filledby|byoem|invalid|placeholder"
)
# "not" and one participle or adjective, and the like; behind zeros too.
_PHRASES = re.compile(
    r"""(?<![^\W\d_])(?:
      not[\s_.-]+[^\W\d_]+
    | not(?:[a-z]{2,}(?:ed|able|ible)|set|known|present|found)
    | to[\s_.-]+be[\s_.-]+[^\W\d_]+
    | un(?:know(?:n)?|available|initiali[sz]ed|supported|registered|set|named|configured|identified|provided)
    | o\.\s?e\.\s?m\b
    | не\sуказан\w* | не\s(?:задан|определен|доступ)\w*
    | (?:nicht|non|no|pas)\s(?:verf\w+|disponib\w+|dispon\w+|definid\w+|defini\w*|angegeben|gesetzt|vorhanden|spécifié|especificad\w+)
    )(?![^\W\d_])
    | (?<![^\W_])tb[ads](?![^\W_])""",
    re.VERBOSE,
)
# A variable that was not filled in, or a word in brackets.
_VARIABLE = re.compile(r"\$[({].*|%\w+%|\{\{.*\}\}|\[[^\W\d]+\]|@\w+@|<.*>|\(\s*[^\W\d_][^\d]*\)")
# The names of fields: a text of such words alone is the label, not its value.
_FIELDS = frozenset(
    re.findall(
        r"\w+",
        """system sys base board baseboard mainboard motherboard chassis enclosure product manufacturer manufacture maker vendor version
        family sku model serial number numb num no asset tag information info name type string default standard config id enter your here
        the by field value text o e m oem bios series all customer custom user defined part sn ser seriennummer numero número numéro de
        serie série""",
    )
)
_TELLING = frozenset(
    re.findall(
        r"\w+",
        "sn ser serie série product manufacturer vendor version family sku model serial asset name string default number type config"
        " series",
    )
)
# The same joined, as keys without blanks are.
_JOINED = re.compile(
    "(?:(?:no|my|your|enter)?(?:system|base|board|chassis|enclosure|product|manufacturer|vendor|version|family|model|serial|number|asset|tag"
    "|information|name|type|string|default|config|series|oem|bios|sku)){2,}|(?:no|enter)(?:serial|asset|enclosure|tag|name|model|value)"
)
# Alone: words for nothing, in the languages that tools and people use, and verdicts of factory tests.
_ALONE = frozenset(
    re.findall(
        r"\w+",
        """na nan none null nil no not unknown unknow unbekannt inconnu inconnue desconocido desconhecido sconosciuto onbekend nieznany
        okänd ukjent ukendt neznámý bilinmiyor неизвестно 不明 未知 未指定
        未设置 未設定 해당없음 없음 keine keiner kein ohne leer aucun aucune ninguno nenhum nessuno geen
        brak empty blank void invalid default standard generic general other test demo eval sample example private deleted error system
        computer pc oem odm tbd todo fixme filler dummy fake null seriennummer pass fail passed failed ok""",
    )
)
# Of a virtual machine or an image that nobody gave a number.
_UNNUMBERED = re.compile(r"qemu|kvm|vmware|hyper-?v|virtual(?:box|machine)?|vm|template|standard\s?pc|test[\W_]?(?:\d{1,3}|pc)")
_VERDICT = re.compile(r"[a-z]*(?:pass|fail)(?:ed)?")
_VERSION = re.compile(r"(?:v|ver|version|rev|revision)?[ .]*(?:\d{1,2}|x)(?:\.(?:\d{1,3}|x)){1,3}")
_SLOT = re.compile(r"\W*(?:pcie?|pci-?x|usb|sata|agp|isa|lpc|com|lpt|m\.2|dimm|slot)\W?\d*")
_LONG = 7  # letters and digits of a model that was counted


def placeholder_text(text: str) -> bool:
    """Whether a maker, model or serial says nothing. Text that is empty or has only signs says nothing either."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    core = _SIGNS.sub("", folded)
    return is_no_value(folded) or bool(_WITHIN.search(core)) or _is_label(text, core) or (len(core) >= _LONG and is_counted(folded))


def is_no_value(folded: str) -> bool:
    """Whether a folded text is a word or phrase for nothing: "n/a", "not specified", "unknown", "<bad index>", "xxxx"."""
    core = _SIGNS.sub("", folded)
    return len(set(core)) <= 1 or core in _ALONE or bool(_PHRASES.search(folded) or _VARIABLE.fullmatch(folded))


def no_serial(folded: str) -> bool:
    """Whether a text is something else than a serial: a version, a slot, the verdict of a test, a platform, or words without a digit."""
    if any(shape.fullmatch(folded) for shape in (_VERSION, _SLOT, _VERDICT, _UNNUMBERED)):
        return True
    words = folded.split()
    return len(words) > 1 and all(len(word) > 2 and word.isalpha() for word in words)


def _is_label(text: str, core: str) -> bool:
    """Nothing but the name of a field, also joined: "System Product Name", "SystemProductName", "Type1Family", "NoEnclosure"."""
    words = {word.casefold() for word in _WORDS.findall(_CAMEL.sub(" ", text))}
    return (len(words) > 1 and words <= _FIELDS and bool(words & _TELLING)) or bool(_JOINED.fullmatch(core))
