"""The cells of a pasted list, and how each can be read. Pure text: the stored identifiers decide which reading applies."""

from __future__ import annotations

import re
from dataclasses import dataclass

from devices.lists.filters import clean_query

BETWEEN_CELLS = re.compile(r"[,;\t|]|\s/\s")
# A quoted cell as spreadsheets write it, with doubled quotes inside; it ends where a cell ends.
QUOTED = re.compile(r'\s*"((?:[^"]|"")*)"\s*(?=[,;\t|]|$)')
NUMBERING = re.compile(r"^(?:[-*•–—·o>]|\(?[0-9]{1,3}[.)]|#[0-9]{1,3}:?)\s+")
REMARK = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
SCIENTIFIC = re.compile(r"([0-9])E\+([0-9])")  # how a spreadsheet shows the serial 7E10
QUOTATION_MARKS = "\"'“”„‚‘’«»‹›`"
LONGEST_PADDED = 20  # digits of a number whose leading zeros were lost
# Column headers of spreadsheets and of Rollcall's own files, and whether their cells identify a device.
HEADS = {
    **dict.fromkeys(("name", "names", "host", "hostname", "host name", "computer", "computer name", "device", "device name", "line"), True),
    **dict.fromkeys(("serial", "serial number", "serial no", "serial no.", "s/n", "sn", "service tag", "asset tag", "uuid"), True),
    **dict.fromkeys(("mac", "mac address", "ip", "ip address", "vendor id", "gerät", "gerätename", "rechner", "computername"), True),
    **dict.fromkeys(("seriennummer", "mac-adresse", "ip-adresse", "inventarnummer"), True),
    **dict.fromkeys(("user", "users", "username", "user name", "benutzer", "benutzername", "os", "system", "betriebssystem"), False),
    **dict.fromkeys(("status", "state", "answer", "matched", "model", "modell", "manufacturer", "hersteller", "issues", "tags"), False),
    **dict.fromkeys(("groups", "group", "gruppe", "accounts", "last seen", "seen by", "seen_by", "seen_at", "life", "presence"), False),
    **dict.fromkeys(("silenced", "known since", "told long ago by", "fetched_at", "switched_off", "read_as", "device id", "id"), False),
}


@dataclass(frozen=True, slots=True)
class PastedText:
    """`cells`: each text to look up once, in the order of the list. `left_out`: columns by their heads whose cells identify no device."""

    cells: list[str]
    left_out: list[str]


def read(text: str) -> PastedText:
    """Cells are separated by lines, commas, semicolons, tabs, bars or a slash between blanks. Blanks alone belong to a cell: serials
    contain them. A first line of column headers selects the columns to read.
    """
    rows = [row for line in text.splitlines() if any(row := _cells(line))]
    wanted: list[bool] = []
    left_out: list[str] = []
    heads = [cell.casefold() for cell in rows[0]] if rows else []
    if any(HEADS.get(head) for head in heads):
        wanted = [HEADS.get(head, False) for head in heads]
        left_out = [cell for cell, keep in zip(rows[0], wanted, strict=True) if cell and not keep]
        rows = rows[1:]
    elif heads and all(head in HEADS for head in heads):  # one column of users, for example: read as it is
        rows = rows[1:]
    kept = (cell for row in rows for place, cell in enumerate(row) if cell and (place >= len(wanted) or wanted[place]))
    return PastedText(list(dict.fromkeys(kept)), left_out)


def readings(cell: str) -> list[str]:
    """Texts that a cell may mean, the most literal first: as it stands, then without quotation marks or the apostrophe that keeps a
    spreadsheet from calculating, without numbering or bullet, without a remark in brackets, without full stop."""
    found = [cell]
    for strip in (_unquoted, lambda text: NUMBERING.sub("", text, count=1), lambda text: REMARK.sub("", text), _unquoted, _unstopped):
        found.append(strip(found[-1]))
    found.append(SCIENTIFIC.sub(r"\1E\2", found[-1]))
    return [text for text in dict.fromkeys(found) if text]


def with_leading_zeros(cell: str) -> list[str]:
    """The longer numbers that a spreadsheet may have shortened to this one; none for other texts."""
    bare = readings(cell)[-1]
    if not (bare.isascii() and bare.isdigit()):
        return []
    return [bare.zfill(length) for length in range(len(bare) + 1, LONGEST_PADDED + 1)]


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
