"""Lines of a pasted e-mail that are no list: greeting, sentences, closing and signature. Pure.

What stands there is still looked up; only if nothing is found it is called text, because "not found" is a statement about a device.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

RULE = re.compile(r"\s*[-_=*~–—]{2,}\s*")
_END = r"(?=[\s,!]|\.?$).*"
GREETING = re.compile(
    r"\W*(?:hallo|hi|hello|hey|dear|liebe[rs]?|moin|servus|guten (?:tag|morgen|abend)|good (?:morning|afternoon)|sehr geehrte[rn]?)" + _END,
    re.I,
)
CLOSING = re.compile(
    r"\W*(?:(?:mit )?(?:freundliche[nr]?|viele|liebe|beste|schöne|herzliche) gr(?:ü|ue)(?:ß|ss)(?:e|en)?|mfg|lg|vg|gru(?:ß|ss)|grüße"
    r"|(?:with )?(?:kind|best|warm) (?:regards|wishes)|regards|thanks|thank you|many thanks|cheers|sincerely|yours \w+"
    r"|danke|vielen dank|besten dank|cordialement|saludos|gesendet von|sent from)" + _END,
    re.I,
)
CONTACT = re.compile(
    r"\W*(?:(?:tel|telefon|phone|fon|mobil|mobile|handy|fax|mail|e-mail|web|durchwahl|direct)\b\.?\s*(?::|\+|\(?\d).*|www\..*)", re.I
)
WORD = re.compile(r"[^\W\d_]{2,}")
LONGEST_NAME = 4  # words without a digit; a longer line is a sentence


def text_places(lines: Sequence[str]) -> frozenset[int]:
    """The places of such lines; everything behind a closing or a rule belongs to the signature."""
    found: set[int] = set()
    for place, line in enumerate(lines):
        if (place and RULE.fullmatch(line)) or CLOSING.fullmatch(line.strip()):
            return frozenset({*found, *range(place, len(lines))})
        if RULE.fullmatch(line) or GREETING.fullmatch(line.strip()) or CONTACT.fullmatch(line.strip()) or _is_sentence(line):
            found.add(place)
    return frozenset(found)


def _is_sentence(line: str) -> bool:
    """Words, and no cell separators as a list of names has them."""
    words = line.split()
    plain = [word for word in words if WORD.fullmatch(word.strip(".,:;!?\"'()"))]
    return len(plain) > LONGEST_NAME or (line.rstrip().endswith((":", "!", "?")) and len(words) == len(plain) > 1)
