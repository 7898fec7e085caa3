"""Refusals: an action that a user asked for and that was not carried out."""

from __future__ import annotations

LONGEST_REASON = 500  # characters


class ActionRefused(Exception):
    """`sentence` says why and what to do next; `field` names the form field it is about, "" for the whole form."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


def checked_reason(text: str, *, kept_with: str) -> str:
    """The reason without blanks around it. `kept_with`: where it can be read later. Raises ActionRefused."""
    reason = text.strip()
    if not reason or "\0" in reason:
        raise ActionRefused(f"Write in a few words why: it is kept {kept_with} and in the audit log.", field="reason")
    if len(reason) > LONGEST_REASON:
        raise ActionRefused(f"The reason has {len(reason):,} characters, and {LONGEST_REASON} are the most: shorten it.", field="reason")
    return reason
