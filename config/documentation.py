"""Documentation pages: the Markdown files of docs/ of this version, for every signed-in user."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from config.env import ROOT

FOLDER = ROOT / "docs"
NO_ANCHOR = re.compile(r"[^\w\- ]")
SCROLLING = re.compile("<(pre|table)>")  # sideways, which the keyboard can do only in what it reaches


@dataclass(frozen=True, slots=True)
class Document:
    """`name`: its path below docs/ without `.md`."""

    name: str
    title: str
    body: SafeString

    @property
    def url(self) -> str:
        return reverse("document", args=[self.name])


@require_safe
def contents(request: HttpRequest) -> HttpResponse:
    return render(request, "documentation/contents.html", {"documents": documents().values()})


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    found = documents().get(name)
    if found is None:
        raise Http404
    return render(request, "documentation/document.html", {"document": found})


@cache
def documents() -> dict[str, Document]:
    """name → document, ordered by name. Read once: the files change only with the version."""
    names = {path.relative_to(FOLDER).with_suffix("").as_posix(): path for path in sorted(FOLDER.rglob("*.md"))}
    return {name: _read(name, path, known=frozenset(names)) for name, path in names.items()}


def _read(name: str, path: Path, *, known: frozenset[str]) -> Document:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(path.read_text("utf-8"))
    heading = next(place for place, token in enumerate(tokens) if token.type == "heading_open") + 1
    _anchor_headings(tokens)
    for token in tokens:
        token.children = [each for child in token.children or [] for each in _inside(child, name, known)]
    body = SCROLLING.sub(r'<\1 tabindex="0">', markdown.renderer.render(tokens, markdown.options, {}))
    # The files are part of the code, and HTML inside them is escaped.
    return Document(name, tokens[heading].content, mark_safe(body))  # noqa: S308  # nosec B308, B703 # our own documents


def _anchor_headings(tokens: Sequence[Token]) -> None:
    """Give every heading the id that GitHub gives it: its text in lowercase with hyphens; a duplicate ends in `-1`."""
    used: Counter[str] = Counter()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            words = "".join(child.content for child in inline.children or [] if child.type in ("text", "code_inline"))
            anchor = NO_ANCHOR.sub("", words.strip().lower()).replace(" ", "-")
            token.attrSet("id", f"{anchor}-{used[anchor]}" if used[anchor] else anchor)
            used[anchor] += 1


def _inside(token: Token, name: str, known: frozenset[str]) -> list[Token]:
    """The token, with a link to another document replaced by the address of its page; images are left out."""
    if token.type == "image":
        return []
    if token.type == "link_open":
        path, mark, anchor = str(token.attrs.get("href", "")).partition("#")
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path.removesuffix(".md")))
        if path.endswith(".md") and target in known:
            token.attrs["href"] = reverse("document", args=[target]) + mark + anchor
    return [token]
