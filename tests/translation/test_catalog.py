"""The catalogs: current, complete, compiled, and with the same placeholders and markup as the English texts."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from tests.translation.catalog import LANGUAGES, ROOT, compiled, marked, po_file, read, renew, text_of, texts_of, untranslated
from tests.translation.retired import IN, PERMISSIONS

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w*\}")
TAG = re.compile(r"</?[a-z]+[^>]*>")
COMMANDS = sorted([*ROOT.glob("*/management/commands/[a-z]*.py"), *(ROOT / "local").glob("[a-z]*.py"), ROOT / "config" / "env.py"])
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
    originals, translations = texts_of(message)
    parts = [_parts(text) for text in originals]
    return parts[-1] == _parts(translations[-1]) and (len(parts) == 1 or _parts(translations[0]) <= set().union(*parts))


def _parts(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text)) | set(TAG.findall(text))


def test_no_text_has_a_retired_word_or_the_code_of_a_permission() -> None:
    assert retired([text for message in marked() for text in texts_of(message)[0]], "en") == {}
    assert retired([text for message in read("de") for text in texts_of(message)[1]], "de") == {}


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Nobody has decided yet", "en", True),
        ("The whole list was fetched", "en", True),
        ("Needs view_device", "en", True),
        ("%(nobody)s is online", "en", False),
        ("Prüfe dein Konto", "de", True),
        ("Deinstallieren", "de", False),
    ],
)
def test_what_counts_as_retired(text: str, language: str, found: bool) -> None:
    assert bool(retired([text], language)) is found


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_no_command_prints_a_retired_word(path: Path) -> None:
    assert retired(sentences(path), "en") == {}


def sentences(path: Path) -> list[str]:
    """Texts of a module that are not its docstrings."""
    tree = ast.parse(path.read_text())
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [str(node.value) for node in texts if id(node) not in documentation and " " in str(node.value).strip()]


def retired(texts: Iterable[str], language: str) -> dict[str, list[str]]:
    bare = {text: TAG.sub("", PLACEHOLDER.sub("", text)) for text in texts}
    return {text: found for text, words in bare.items() if (found := [*IN[language].findall(words), *PERMISSIONS.findall(words)])}
