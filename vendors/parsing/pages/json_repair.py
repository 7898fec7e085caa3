"""Broken JSON text → JSON that every parser and PostgreSQL read. Linear in time; what is well-formed keeps its bytes.

Characters that are none become U+FFFD, and a value that no parser reads becomes a mark (vendors/field_repairs.py). Structure is
never mended: a
text that is cut, or that lacks a bracket or a comma, stays unreadable, because it is unknown what it left out.
"""

from __future__ import annotations

import math
import re

from vendors.field_repairs import MOST_DEPTH, FieldFault, mark

MOST_TOKENS = 10_000_000  # some seconds; the largest answer that is accepted has a third of it
LONGEST_NUMBER = 400  # characters, and the largest exponent: PostgreSQL takes more, every float has fewer

_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]++|[\]}]++|[^\s"\[\]{},:]++', re.S)
_ODD = re.compile(rb"[\x00-\x1f\\\x80-\xff]")
_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a pair of surrogates is one character
    rb'|\\u[0-9a-fA-F]{4}|\\["\\/bfnrt]|[\\\x00-\x1f]'
)
_NONE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F][0-9a-fA-F]{2})")
_VALUE_ENDS = re.compile(rb"\s*[,\]}]")
_NUMBER = re.compile(rb"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE]([+-]?[0-9]+))?")
_TINY = re.compile(rb"[\[:,\s]-?[0-9]+(?:\.[0-9]+)?[eE]-[0-9]{4}")
_LITERALS = (b"true", b"false", b"null")
_NOT_NUMBERS = (b"nan", b"inf", b"infinity")
_REPLACED = b"\xef\xbf\xbd"
_BRACKETS = b"[]{}"
_OTHERS = bytes(set(range(256)) - set(_BRACKETS))
_LONG = b"0" * 24  # more digits than any number has that is meant
_ZEROS = bytes.maketrans(b"123456789E", b"000000000e")


def storable(raw: bytes) -> bytes:
    """A record that a parser has read, such that PostgreSQL stores it too: it takes no NUL, no endless number, no endless nesting."""
    digits = raw.translate(_ZEROS)
    tiny = b"e-0000" in digits and _TINY.search(raw)  # ids look like it too
    odd = tiny or (b"\\" in raw and b"\\u0000" in raw) or _LONG in digits or _deep(raw)
    return mended(raw) if odd else raw


def _deep(raw: bytes) -> bool:
    """Never False for what is too deep; may be True for a text full of brackets."""
    brackets = raw.translate(None, _OTHERS)
    for _ in range(MOST_DEPTH):
        if len(brackets) <= 2 * MOST_DEPTH:
            return False
        brackets = brackets.replace(b"[]", b"").replace(b"{}", b"")
    return len(brackets) > 2 * MOST_DEPTH


def mended(text: bytes) -> bytes:
    out: list[bytes] = []
    done = depth = 0
    cut = False
    for number, token in enumerate(_TOKEN.finditer(text)):
        if number > MOST_TOKENS:
            return text
        start, end = token.span()
        first = text[start]
        if first in b"[{":
            if not cut and depth + end - start > MOST_DEPTH:
                out.append(text[done : start + MOST_DEPTH - depth])
                cut = True
            depth += end - start
        elif first in b"]}":
            if cut and depth - MOST_DEPTH <= end - start:
                out.append(_marked(FieldFault.DEPTH))
                done, cut = start + depth - MOST_DEPTH, False
            depth -= end - start
        elif not cut and (better := _better(token[0], text, end)) is not None:
            out += (text[done:start], better)
            done = end
    return text if not out else b"".join(out) + (b"" if cut else text[done:])


def _better(token: bytes, text: bytes, end: int) -> bytes | None:
    """What should stand in place of this text or number; None: it is fine."""
    if token[:1] == b'"':
        return _text(token) if _ODD.search(token) else None
    fault = _fault(token)
    return _marked(fault) if fault is not None and _VALUE_ENDS.match(text, end) else None


def _text(token: bytes) -> bytes | None:
    better = token if token.isascii() else token.decode("utf-8", "replace").encode()
    better = _ESCAPE.sub(_escape, better)
    return None if better == token else better


def _escape(found: re.Match[bytes]) -> bytes:
    escape = found[0]
    if len(escape) == 1 and escape not in b"\\\x00":
        return b"\\u%04x" % ord(escape)
    none = len(escape) == 1 or (len(escape) == 6 and _NONE.fullmatch(escape))
    return _REPLACED if none else escape


def _fault(token: bytes) -> FieldFault | None:
    if token in _LITERALS:
        return None
    number = _NUMBER.fullmatch(token) if len(token) <= LONGEST_NUMBER else None
    if number is not None and math.isfinite(float(token)) and abs(int(number[1] or 0)) <= LONGEST_NUMBER:
        return None
    if number is not None or (len(token) > LONGEST_NUMBER and _NUMBER.fullmatch(token)):
        return FieldFault.RANGE
    return FieldFault.NUMBER if token.lstrip(b"+-").lower() in _NOT_NUMBERS else FieldFault.TEXT


def _marked(fault: FieldFault) -> bytes:
    return f'"{mark(fault)}"'.encode()
