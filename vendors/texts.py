"""Texts for users, without Django: marked here, translated where they are shown (devices/db/messages.py, `{% translate label %}`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self


def gettext_noop(text: str) -> str:
    """`text` itself. `make messages` finds the call by its name and puts the text into the catalogs."""
    return text


class Message(str):
    """A sentence with parameters: `Message(gettext_noop("Could not %(operation)s."), operation=operation)`.

    As a str it is English, so logs, JSON, CSV and the command line need nothing else. `template` is the key into the catalogs and what is
    stored, with `params`: numbers, values of vendors and users, or further messages, which are translated too.
    """

    template: str
    params: Mapping[str, str | int]

    def __new__(cls, template: str, **params: str | int) -> Self:
        """Raises KeyError when a parameter of the template is not given."""
        made = super().__new__(cls, template % params if params else template)
        made.template, made.params = template, params
        return made
