"""Refusals: an action that a user asked for and that was not carried out."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext

LONGEST_REASON = 500  # characters


class ActionRefused(Exception):
    """`sentence` says why and what to do next; `field` names the form field it is about, "" for the whole form."""

    def __init__(self, sentence: str, *, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.field = sentence, field


def checked_reason(text: str) -> str:
    """The reason without blanks around it. Raises ActionRefused."""
    reason = text.strip()
    if not reason or "\0" in reason:
        raise ActionRefused(gettext("Enter a reason. It is saved in the activity and the audit log."), field="reason")
    if len(reason) > LONGEST_REASON:
        numbers = {"length": number_format(len(reason), force_grouping=True), "most": number_format(LONGEST_REASON)}
        raise ActionRefused(gettext("The reason has %(length)s characters, the maximum is %(most)s: shorten it.") % numbers, field="reason")
    return reason
