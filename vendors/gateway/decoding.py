"""Response bodies → decoded bytes, within a limit: a megabyte of gzip can hold a gigabyte."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from vendors.texts import Message, gettext_noop

PIECE = 2**18


class Undecodable(Exception):
    """The body cannot be read. `reason`: a clause without a period."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def decoded(pieces: Iterator[bytes], *, coding: str, most: int) -> Iterator[bytes]:
    """The body in pieces. Raises Undecodable beyond `most` decoded bytes, for damage, and for a coding that was not asked for."""
    coding = coding.strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise Undecodable(Message(gettext_noop("the answer has an unsupported compression")))
    for piece in _gunzip(pieces) if "gzip" in coding else pieces:
        most -= len(piece)
        if most < 0:
            raise Undecodable(Message(gettext_noop("the answer is too large")))
        yield piece


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    unpacker, started = zlib.decompressobj(zlib.MAX_WBITS | 16), False
    for piece in pieces:
        started, packed = True, piece
        while packed:
            try:
                yield unpacker.decompress(packed, PIECE)
            except zlib.error:
                raise Undecodable(Message(gettext_noop("the compressed answer is damaged"))) from None
            packed = unpacker.unconsumed_tail
            if unpacker.eof and unpacker.unused_data:
                packed, unpacker = unpacker.unused_data, zlib.decompressobj(zlib.MAX_WBITS | 16)
    if started and not unpacker.eof:
        raise Undecodable(Message(gettext_noop("the answer is cut")))
