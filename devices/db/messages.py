"""Sentences in the database: a template with its parameters, translated when it is shown. Plain text, as earlier versions stored it, stays
English."""

from __future__ import annotations

import json
from typing import Any

from django.db import models
from django.utils.translation import gettext

from vendors.texts import Message

_PREFIX = '{"message": '


def translated(text: str) -> str:
    """`text` in the active language; text that is no Message as it is."""
    if not isinstance(text, Message) or not text:
        return text
    template = gettext(text.template)
    if not text.params:
        return template
    return template % {name: translated(value) if isinstance(value, str) else value for name, value in text.params.items()}


def as_stored(text: str) -> str:
    """The text of the column: JSON for a Message, plain text as it is."""
    return json.dumps(_document(text), ensure_ascii=False) if isinstance(text, Message) and text else str(text)


def from_stored(text: str) -> str:
    """What `as_stored` was given. Text that only looks like a stored message is returned as it is."""
    if not text.startswith(_PREFIX):
        return text
    try:
        return _message(json.loads(text))
    except (ValueError, TypeError, KeyError):
        return text


def _document(message: Message) -> dict[str, Any]:
    params = {name: _document(value) if isinstance(value, Message) else value for name, value in message.params.items()}
    return {"message": message.template, **({"params": params} if params else {})}


def _message(document: dict[str, Any]) -> Message:
    template, params = document["message"], document.get("params", {})
    if not isinstance(template, str):
        raise TypeError
    return Message(template, **{name: _message(value) if isinstance(value, dict) else value for name, value in params.items()})


class MessageField(models.TextField):  # type: ignore[type-arg]  # at run time Django's field takes none
    """A text column whose value is a Message, or plain text. As a str both are English; `|translated` shows them."""

    def from_db_value(self, value: str | None, *_: object) -> str | None:
        return None if value is None else from_stored(value)

    def get_prep_value(self, value: Any) -> Any:
        prepared = super().get_prep_value(value)
        return as_stored(prepared) if isinstance(prepared, str) else prepared
