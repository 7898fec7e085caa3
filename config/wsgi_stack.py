"""Frame stack of a request: CPython 3.11 and later store the frames of a thread in chunks of 16 KB, and allocate a chunk whenever a call
crosses the end of the last one. A template loop at that boundary allocates in every iteration, which doubles the time of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

WSGI = Callable[[dict[str, Any], Any], Iterable[bytes]]
# Of 8 bytes. The chunk of a frame of this size has as much room again, several times what a page needs.
SLOTS = 16_384


def in_one_piece(application: WSGI) -> WSGI:
    """The same application, called from a frame so large that all frames below fit in its chunk. Costs 256 KB of addresses per thread."""

    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return application(environ, start_response)

    call.__code__ = call.__code__.replace(co_stacksize=SLOTS)
    return call
