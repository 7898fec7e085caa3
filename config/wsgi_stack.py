"""CPython 3.11 and later keep the frames of a thread in pieces of 16 KB, and fetch one from the system whenever a call crosses the end of
the last one. A loop of a template that stands there does so at every turn, which doubles the time of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
# Of 8 bytes. The piece of a frame as large as this has as much room again, which is several times what a page takes.
SLOTS = 16_384


def in_one_piece(application: WSGI) -> WSGI:
    """The same application, called from a frame so large that all below it stand in its piece. Costs 256 KB of address space per thread."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return application(environ, start_response)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
