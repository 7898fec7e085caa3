"""A pseudo-language: every message of ours, of Django and of the sign-in library, in brackets. What a page shows without brackets is not translated."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from django.apps import apps
from django.db import models

from tests.translation.catalog import compiled, marked
from tests.translation.unmarked import LETTERS, NOT_TEXT, SAME, SHOWN_ATTRIBUTES, VERBATIM
from vendors.texts import Message

CODE, FOLDER = "en-xa", "en_XA"
OPEN, CLOSE = "⟦", "⟧"
LONG = 8  # letters of stored text that is also looked for inside a text
# Between two things that a page shows side by side.
BETWEEN = re.compile(r"\s+[·–—+/|]\s+|[\n\r\t]+|\s{2,}|(?<=[,;:])\s+|[()…→×]")
PLAIN = re.compile(
    r"^[\W\d_]*$|^\d[\d.,:]*\s?(?:h|s|min|%|days?)?$|^[0-9a-f:.-]{12,}$|^\d{1,2} [A-Z][a-z]{2} \d{4}.*$|^[A-Z]{2,5}$", re.IGNORECASE
)


def write_catalog(locale: Path) -> None:
    """All messages in brackets, as `locale`/en_XA/LC_MESSAGES/django.mo."""
    bracketed = Catalog(locale="en", fuzzy=False)
    for catalog in (marked(), *_of_libraries()):
        for message in catalog:
            context = message.context.decode() if isinstance(message.context, bytes) else message.context  # as Babel reads a .mo file
            if message.id and bracketed.get(message.id, context) is None:
                texts = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
                strings = tuple(f"{OPEN}{text}{CLOSE}" for text in texts)
                bracketed.add(message.id, strings if len(strings) > 1 else strings[0], context=context)
    folder = locale / FOLDER / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(compiled(bracketed))


def _of_libraries() -> Iterator[Catalog]:
    for library in (django, allauth):
        for path in Path(next(iter(library.__path__))).rglob("locale/de/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                yield read_mo(file)


class Shown(HTMLParser):
    """Of a page: every text and every attribute that a person sees, hears or hovers over, without what stands in brackets."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.plain: list[str] = []
        self._depth = 0
        self._hidden: list[str] = []
        self._joined = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in NOT_TEXT or VERBATIM in (values.get("class") or "").split():
            self._hidden.append(tag)
        self._joined = tag == "mark"
        button = tag == "input" and values.get("type") in ("submit", "button")
        for name, value in attrs:
            if value and (name in SHOWN_ATTRIBUTES or (button and name == "value")):
                self.plain.append(_outside(value, 0)[0])

    def handle_endtag(self, tag: str) -> None:
        if self._hidden and self._hidden[-1] == tag:
            self._hidden.pop()
        self._joined = tag == "mark"

    def handle_data(self, data: str) -> None:
        outside, self._depth = _outside(data, self._depth)
        if self._joined and self.plain:
            self.plain[-1] += outside  # a part of a word that a search found
        elif not self._hidden:
            self.plain.append(outside)


def _outside(text: str, depth: int) -> tuple[str, int]:
    """What stands outside of brackets, with a blank line for each bracketed part; and how deep the text ends."""
    kept = []
    for letter in text:
        if letter == OPEN:
            depth += 1
            kept.append("\n")
        elif letter == CLOSE:
            depth -= 1
        elif depth == 0:
            kept.append(letter)
    return "".join(kept), depth


def untranslated(text: str, known: set[str]) -> list[str]:
    """Texts of a page that are neither translated nor `known` data (folded), each once."""
    found = []
    for shown in Shown(text).plain:
        whole = " ".join(shown.split())
        if whole and whole.casefold() not in known:
            parts = BETWEEN.split(SAME.sub("", _without(shown, known)))
            found += [piece for part in parts if (piece := part.strip()) and not _is_data(piece, known)]
    return list(dict.fromkeys(found))


def _without(shown: str, known: set[str]) -> str:
    """A text without the longer known texts in it, as a name within a title."""
    folded = shown.casefold()
    for text in sorted((text for text in known if len(text) > LONG and text in folded), key=len, reverse=True):
        shown = re.sub(re.escape(text), "\n", shown, flags=re.IGNORECASE)
    return shown


def _is_data(piece: str, known: set[str]) -> bool:
    bare = piece.replace("\\\\", "\\").strip(" ,;:.*\\\"'“”„‚‘’")
    return bare.casefold() in known or PLAIN.match(bare) is not None or not LETTERS.search(SAME.sub("", bare))


def stored_texts() -> set[str]:
    """Every text that stands in the database, folded: what vendors sent and what people wrote."""
    found: set[str] = set()
    for model in apps.get_models():
        fields = [field.attname for field in model._meta.concrete_fields if not isinstance(field, models.BinaryField)]
        for row in model._default_manager.values_list(*fields):
            for value in row:
                found |= {" ".join(text.casefold().split()) for text in _strings(value)}
    return found - {""}


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, Message):
        return []  # ours: a page translates it
    if isinstance(value, str):
        return [value, *re.split(r"[\\@\n]", value)]
    if isinstance(value, dict):
        return [text for each in value.items() for part in each for text in _strings(part)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _strings(each)]
    return []
