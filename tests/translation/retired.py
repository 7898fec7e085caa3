"""Retired words: what pages, messages and commands called things before the terms of docs/glossary.md."""

from __future__ import annotations

import re

ENGLISH = (
    # people and speech for processes and data
    r"nobody", r"somebody", r"anybody", r"whoever", r"a person", r"tells", r"told", r"says", r"said so", r"vendor's word", r"its word",
    # things that have a standard name now
    r"verdict", r"disagree\w*", r"silence[sd]?", r"unseen", r"ageing", r"vanished", r"disappear\w*", r"is gone", r"whole list", r"complete list",
    r"hand(?:ed|s|ing)?[ -]outs?", r"take back", r"taken back", r"take apart", r"woke\w*", r"needs a person", r"clue", r"budget", r"noticed here",
    r"sightings?", r"settle[ds]?", r"ruling", r"presence", r"fetch(?:es|ed|ing)?", r"installer order", r"order again", r"successor",
    # words that only look like English here
    r"lacks?", r"lacking", r"anew", r"meanwhile", r"by itself", r"of ours", r"stands? (?:on|in|for)", r"ask(?:ed|s)? (?:now|the vendors?)",
    # British spelling
    r"enrol", r"enrols", r"enrolment", r"colours?", r"licences?", r"recognis\w+", r"cancelled", r"behaviour", r"organis\w+", r"synchronis\w+",
)  # fmt: skip
GERMAN = (r"du", r"dein(?:e[mnrs]?)?", r"dir", r"dich", r"bitte\s+klicke", r"Verdikt", r"Sichtung\w*", r"Lookup", r"Account")
PERMISSIONS = re.compile(r"\b(?:view|add|change|delete|hand_out|refresh|settle|annotate|export|retire|decide)_[a-z]+\b")


def pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


IN = {"en": pattern(ENGLISH), "de": pattern(GERMAN)}
