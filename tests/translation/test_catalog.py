"""The catalogs: current, complete, compiled, and with the same placeholders and markup as the English texts."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message

from tests.translation.catalog import LANGUAGES, compiled, marked, po_file, read, renew, text_of, untranslated
from tests.translation.retired import IN

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")
RENEW = "Run `make messages`, translate what it names, and run it again."


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalog_holds_what_is_marked_and_nothing_else(language: str) -> None:
    assert po_file(language).read_bytes() == text_of(renew(language)), RENEW
    assert len(read(language)) > 900


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_is_translated(language: str) -> None:
    assert [message.id for message in untranslated(read(language))] == [], RENEW


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalog_is_that_of_the_text(language: str) -> None:
    assert po_file(language).with_suffix(".mo").read_bytes() == compiled(read(language)), RENEW


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders_and_markup(language: str) -> None:
    assert [message.id for message in read(language) if message.id and not _same_parts(message)] == []


def test_a_lost_placeholder_is_found() -> None:
    assert not _same_parts(Message("%(name)s is <b>on</b>", "%(name)s ist <b>an"))
    assert not _same_parts(Message(("one %(n)s", "%(n)s of %(all)s"), ("ein %(n)s", "%(n)s von allen")))
    assert _same_parts(Message(("one device", "%(n)s devices"), ("%(n)s Gerät", "%(n)s Geräte")))


def _same_parts(message: Message) -> bool:
    """The singular may name its number or leave it out, as the language has it."""
    if isinstance(message.id, str):
        return _parts(message.id) == _parts(str(message.string))
    return _parts(message.id[-1]) == _parts(message.string[-1]) and _parts(message.string[0]) <= _parts(message.id[-1]) | _parts(
        message.id[0]
    )


def _parts(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) | set(TAG.findall(text))


def test_no_text_has_a_retired_word() -> None:
    texts = [text for message in marked() for text in ([message.id] if isinstance(message.id, str) else message.id)]
    assert {text: found for text in texts if (found := IN["en"].findall(text))} == {}
    german = [text for message in read("de") for text in ([message.string] if isinstance(message.string, str) else message.string)]
    assert {text: found for text in german if (found := IN["de"].findall(text))} == {}
