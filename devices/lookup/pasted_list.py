"""The cells of a pasted list, and how each can be read. Pure text: the stored identifiers decide which reading applies."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from devices.lists.filters import clean_query
from devices.lookup.letters import text_places

BETWEEN_CELLS = re.compile(r"(?<![0-9]),|,(?![0-9]+[eE]\+[0-9])|[;\t|]|\s/\s")  # `7,00E+10` is one number
# A quoted cell as spreadsheets write it, with doubled quotes inside; it ends where a cell ends.
QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[,;\t|]|$)')
NUMBERING = re.compile(r"^(?:[-*+•◦▪‣–—·o>→☐☑✓]|\[[ xX]?\]|\(?(?:[0-9]{1,3}|[a-zA-Z])[.)]|#[0-9]{1,3}:?|[0-9]{1,3}:)\s+")
REMARK = re.compile(r"\s*(?:[(\[{][^()\[\]{}]*[)\]}]|\s[-–—:]\s.*|<-.*|//.*|#\s.*)\s*$")
GROUPED = re.compile(r"[0-9]{1,3}([.'\u2019 \u00a0\u202f])[0-9]{3}(?:\1[0-9]{3})*")
EMPTY_DECIMALS = re.compile(r"[.,]0{1,2}")
SCIENTIFIC = re.compile(r"([0-9]+(?:[.,][0-9]+)?)[eE]\+?([0-9]{1,3})")  # how a spreadsheet shows the serial 7E10, and long numbers
BETWEEN_NAMES = re.compile(r"\s*[/+&]\s*|\s+(?:(?:and|und|or|oder)\s+)?")
NAME = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w.-]+")  # with letters and digits
GUARD_INSIDE = re.compile("(?<=[;|])'")  # of a file of Rollcall, before a formula sign behind a separator
SHORTEST_NAME = 4
QUOTATION_MARKS = "\"'“”„‚‘’«»‹›`"
LONGEST_PADDED = 20  # digits of a number whose leading zeros were lost
# Column headers of spreadsheets and of Rollcall's own files, and whether their cells identify a device.
HEADS = {
    **dict.fromkeys(("name", "names", "host", "hostname", "host name", "computer", "computer name", "device", "device name", "line"), True),
    **dict.fromkeys(("serial", "serials", "serial number", "serial no", "serial no.", "serial numbers", "s/n", "sn", "service tag"), True),
    **dict.fromkeys(
        ("asset", "asset tag", "uuid", "mac", "mac address", "mac addresses", "ip", "ip address", "vendor id", "hostnames"), True
    ),
    **dict.fromkeys(("gerät", "geräte", "gerätename", "rechner", "rechnername", "computername", "pc", "pc-name", "hostnamen"), True),
    **dict.fromkeys(("seriennummer", "seriennummern", "serien-nr.", "serien-nr", "mac-adresse", "ip-adresse", "inventarnummer"), True),
    **dict.fromkeys(("user", "users", "username", "user name", "benutzer", "benutzername", "os", "system", "betriebssystem"), False),
    **dict.fromkeys(("operating system", "presence", "last seen", "title", "patch", "since", "when", "vendor", "account"), False),
    **dict.fromkeys(("status", "state", "answer", "matched", "model", "modell", "manufacturer", "hersteller", "issues", "tags"), False),
    **dict.fromkeys(("groups", "group", "gruppe", "accounts", "seen by", "seen_by", "seen_at", "life", "standort", "location"), False),
    **dict.fromkeys(("silenced", "known since", "told long ago by", "fetched_at", "switched_off", "read_as", "device id", "id"), False),
    **dict.fromkeys(("result", "read as", "inventory status", "reported by", "last check-in", "last synced", "disabled accounts"), False),
    **dict.fromkeys(("stale sources", "vendor account", "severity", "field", "shown value", "source", "other values", "assignee"), False),
}


@dataclass(frozen=True, slots=True)
class PastedText:
    """`cells`: each text to look up once, in the order of the list. `left_out`: columns by their heads whose cells identify no device.

    `heads`: the headers of the columns that are read. `letter`: cells that stand where a letter has its greeting, sentences or signature.
    """

    cells: list[str]
    left_out: list[str]
    heads: list[str] = field(default_factory=list)
    letter: frozenset[str] = frozenset()


def read(text: str) -> PastedText:
    """Cells are separated by lines, commas, semicolons, tabs, bars or a slash between blanks. Blanks alone belong to a cell: serials
    contain them. A first line of column headers selects the columns to read.
    """
    lines = [(line, row) for line in text.splitlines() if any(row := _cells(line))]
    letter = text_places([line for line, _ in lines])
    rows = [(row, place in letter) for place, (_, row) in enumerate(lines)]
    wanted: list[bool] = []
    left_out: list[str] = []
    headers: list[str] = []
    heads = [_head(cell) for cell in rows[0][0]] if rows else []
    if any(HEADS.get(head) for head in heads) and (_known(heads) > 1 or not any(_is_value(head) for head in heads)):
        wanted = [HEADS.get(head, False) for head in heads]
        left_out = [cell for cell, keep in zip(rows[0][0], wanted, strict=True) if cell and not keep]
    if heads and (wanted or all(head in HEADS for head in heads)):  # one column of users, for example: read as it is
        headers = [cell for cell in rows[0][0] if cell and cell not in left_out]
        rows = rows[1:]
    kept = [(cell, written) for row, written in rows for place, cell in enumerate(row) if cell and (place >= len(wanted) or wanted[place])]
    listed = {cell for cell, written in kept if not written}
    letters = frozenset(cell for cell, written in kept if written and cell not in listed)
    return PastedText(list(dict.fromkeys(cell for cell, _ in kept)), left_out, headers, letters)


def readings(cell: str) -> list[str]:
    """Texts that a cell may mean, the most literal first: as it stands, then without quotation marks or the apostrophes that keep a
    spreadsheet from calculating, without numbering or bullet, without a remark, without full stop."""
    found = [cell]
    unmarked = (lambda text: NUMBERING.sub("", text, count=1), lambda text: REMARK.sub("", text))
    for strip in (_unguarded, _unquoted, *unmarked, _unquoted, _unstopped):
        found.append(strip(found[-1]))
    return [text for text in dict.fromkeys(found) if text]


def numbers(cell: str) -> list[str]:
    """Texts from which a spreadsheet may have made this number: with leading zeros, or with an E that it took for an exponent."""
    bare = readings(cell)[-1:] or [""]
    found = SCIENTIFIC.fullmatch(bare[0])
    if found:
        mantissa, _, decimals = found[1].replace(",", ".").partition(".")
        exponent = int(found[2]) - len(decimals)
        if exponent < 0 or len(mantissa + decimals) + exponent > LONGEST_PADDED:
            return [f"{mantissa}{decimals}E{exponent}"] if exponent >= 0 else []
        digits = mantissa + decimals + "0" * exponent
        return [f"{mantissa}E{found[2]}"] * (not decimals) + [digits, *_exponents(digits), *_padded(digits)]
    digits = _ungrouped(bare[0])
    if not (digits.isascii() and digits.isdigit()):
        return []
    return [*([digits] if digits != bare[0] else []), *_padded(digits), *_exponents(digits)]


def is_shortened(cell: str) -> bool:
    """Whether the cell is a number in scientific notation, whose digits a spreadsheet may have lost."""
    return any(SCIENTIFIC.fullmatch(text) and "+" in text for text in readings(cell))


def names_in(cell: str) -> list[str]:
    """Several names in one cell, where they look alike: `NB-0042/NB-0043`, and not the type and serial of a bar code. Else none."""
    bare = readings(cell)[-1:] or [""]
    parts = [part for part in BETWEEN_NAMES.split(bare[0]) if part]
    alike = len({shape(part) for part in parts}) == 1
    named = all(len(part) >= SHORTEST_NAME and NAME.fullmatch(part) for part in parts)
    return parts if len(parts) > 1 and alike and named else []


def shape(text: str) -> str:
    """`NB-0042` → `A-0`: runs of letters and of digits."""
    return re.sub("[^\\W\\d_]+", "A", re.sub(r"\d+", "0", text))


def _ungrouped(number: str) -> str:
    """`3.425.672.457` and `123456.0` as a spreadsheet got them."""
    if GROUPED.fullmatch(number):
        return "".join(sign for sign in number if sign.isdigit())
    whole = EMPTY_DECIMALS.search(number)
    return number[: whole.start()] if whole and whole.end() == len(number) else number


def _padded(digits: str) -> list[str]:
    return [digits.zfill(length) for length in range(len(digits) + 1, LONGEST_PADDED + 1)]


def _exponents(digits: str) -> list[str]:
    """`12345000` was perhaps `12345E3`."""
    zeros = len(digits) - len(digits.rstrip("0")) if digits.strip("0") else 0
    return [f"{digits[: len(digits) - count]}E{count}" for count in range(zeros, 0, -1)]


def _known(heads: list[str]) -> int:
    return sum(head in HEADS for head in heads)


def _is_value(head: str) -> bool:
    return head not in HEADS and any(letter.isdigit() for letter in head)


def _head(cell: str) -> str:
    return cell.casefold().strip(QUOTATION_MARKS).rstrip(":").strip()


def _unguarded(text: str) -> str:
    return GUARD_INSIDE.sub("", text)


def _unquoted(text: str) -> str:
    return text.strip(QUOTATION_MARKS).strip()


def _unstopped(text: str) -> str:
    return text.rstrip(".").rstrip()


def _cells(line: str) -> list[str]:
    cells, at = [], 0
    while at <= len(line):
        quoted = QUOTED.match(line, at)
        if quoted:
            cells.append(quoted[1].replace('""', '"'))
            at = quoted.end()
            between = BETWEEN_CELLS.match(line, at)
            at = between.end() if between else len(line) + 1
            continue
        between = BETWEEN_CELLS.search(line, at)
        cells.append(line[at : between.start() if between else len(line)])
        at = between.end() if between else len(line) + 1
    return [clean_query(cell) for cell in cells]
