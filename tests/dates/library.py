"""faketime's library with a clock and without waits.

The library also replaces the system's waits. While one lasts, a signal handler sees the real clock: PostgreSQL then believes that no timeout
(of a statement, of a lock, for deadlocks) has come yet. And it takes a sleep until a moment of the monotonic clock, as Python sleeps, for one of the
faked clock (https://github.com/wolfcw/libfaketime/issues/426). A clock that only has an offset needs none of that: in a copy of the library
these functions are made local, so that the linker takes the system's.
"""

from __future__ import annotations

import struct
from pathlib import Path

INSTALLED = "lib/*/faketime/libfaketimeMT.so.1"
WAITS = frozenset(
    ["alarm", "clock_nanosleep", "epoll_pwait", "epoll_wait", "nanosleep", "poll", "ppoll", "pselect", "select", "sleep", "usleep"]
)
ELF64_LITTLE_ENDIAN = b"\x7fELF\x02\x01"
SECTION_COUNT, SECTION, SYMBOL = 0x3C, struct.Struct("<II4QII2Q"), struct.Struct("<IBBHQQ")
DYNAMIC_SYMBOLS = 11  # SHT_DYNSYM


def find(root: Path = Path("/usr")) -> Path | None:
    """The library of Debian's package."""
    return next(iter(sorted(root.glob(INSTALLED))), None)


def without_waits(library: bytes) -> bytes:
    """Raises ValueError when this is no library of faketime for a 64-bit machine."""
    changed = bytearray(library)
    if not library.startswith(ELF64_LITTLE_ENDIAN):
        raise ValueError("no 64-bit library")
    (table,) = struct.unpack_from("<Q", library, 0x28)
    (count,) = struct.unpack_from("<H", library, SECTION_COUNT)
    sections = [SECTION.unpack_from(library, table + number * SECTION.size) for number in range(count)]
    found = set()
    for _, kind, _, _, start, size, link, _, _, _ in sections:
        for place in range(start, start + size, SYMBOL.size) if kind == DYNAMIC_SYMBOLS else ():
            name, info, *_ = SYMBOL.unpack_from(library, place)
            text = sections[link][4] + name
            word = library[text : library.index(b"\0", text)].decode()
            if word in WAITS:
                found.add(word)
                changed[place + 4] = info & 0x0F  # the upper half says who may use it: 0 is nobody else
    if found != WAITS:
        raise ValueError(f"it lacks {', '.join(sorted(WAITS - found))}")
    return bytes(changed)
