"""Unmarked text: what a template shows that no translation can reach. `python -m tests.translation.unmarked [FOLDER]` lists it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
SHOWN_ATTRIBUTES = {"title", "aria-label", "aria-description", "placeholder", "alt", "label", "data-label", "data-done", "hx-confirm"}
NOT_TEXT = {"script", "style", "code", "kbd"}
VERBATIM = "mono"  # the class of identifiers, examples and values of vendors
# The product's and vendors' names, units and file formats, which are the same in every language.
SAME = re.compile(
    r"Rollcall|ESET Connect|ESET|OPSWAT MetaDefender IT Access|OPSWAT|five\(9\)s Console|five\(9\)s|Ivanti|-----BEGIN CERTIFICATE-----|CSV|JSON|JSONL|MAC|IP|QR|URL|UTC|Markdown|SHA-256|MB|GB|min\b|ms\b|\bs\b|\bh\b"
)
LETTERS = re.compile(r"[A-Za-z]{2,}")
LITERAL = re.compile(r"""(_\()?(["'])((?:(?!\2).)*)\2""")
COMPARED = re.compile(r"""(==|!=|\bin\b)\s*$""")
# Tags whose quoted arguments are names, not text.
NAMES = {
    "url",
    "static",
    "load",
    "icon",
    "extends",
    "translate",
    "blocktranslate",
    "htmx_script",
    "endblocktranslate",
    "plural",
    "now",
    "querystring",
}
ATTRIBUTE_BLOCK = re.compile(r"block \w+_class")  # its content is a part of an attribute
HOLE = "\ufffc"


@dataclass(frozen=True)
class Unmarked:
    path: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


class Page(HTMLParser):
    """Texts and shown attributes of a page in which every template tag is a hole."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[int, str]] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in NOT_TEXT or VERBATIM in (values.get("class") or "").split():
            self.inside.append(tag)
        button = tag == "input" and values.get("type") in ("submit", "button")
        for name, value in attrs:
            if value and (name in SHOWN_ATTRIBUTES or (button and name == "value")):
                self.keep(value)

    def handle_endtag(self, tag: str) -> None:
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside:
            for line, text in enumerate(data.split("\n")):
                self.keep(text, line)

    def keep(self, text: str, after: int = 0) -> None:
        if LETTERS.search(SAME.sub("", text.replace(HOLE, " "))):
            self.found.append((self.getpos()[0] + after, " ".join(text.replace(HOLE, "…").split())))


def unmarked(path: Path) -> Iterator[Unmarked]:
    """Of one template: text and attributes outside of `translate` and `blocktranslate`, and quoted texts in tags outside of `_()`."""
    source = path.read_text()
    page = Page()
    html = ""
    marked = hidden = False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.TEXT:
            html += "\n" * token.contents.count("\n") if marked or hidden else token.contents
            continue
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if token.token_type == TokenType.BLOCK and name in ("blocktranslate", "endblocktranslate"):
            marked = name == "blocktranslate"
        elif token.token_type == TokenType.BLOCK and (name == "comment" or ATTRIBUTE_BLOCK.fullmatch(token.contents)):
            hidden = True
        elif token.token_type == TokenType.BLOCK and name in ("endcomment", "endblock"):
            hidden = False
        elif token.token_type in (TokenType.VAR, TokenType.BLOCK) and not marked:
            yield from (Unmarked(path, token.lineno or 0, text) for text in _literals(name, token))
        html += ("" if html.endswith("<") else HOLE) + "\n" * token.contents.count("\n")
    page.feed(html)
    page.close()
    yield from (Unmarked(path, line, text) for line, text in page.found)


def _literals(name: str, token: Token) -> Iterator[str]:
    if token.token_type == TokenType.BLOCK and name in NAMES:
        return
    for found in LITERAL.finditer(token.contents):
        text = found[3]
        looks_shown = LETTERS.search(SAME.sub("", text)) and (text[0].isupper() or " " in text.strip()) and not set(text) & set("<>=")
        if looks_shown and not found[1] and not COMPARED.search(token.contents[: found.start()]):
            yield text


if __name__ == "__main__":
    places = [Path(place) for place in sys.argv[1:]] or [TEMPLATES]
    files = [file for place in places for file in (sorted(place.rglob("*")) if place.is_dir() else [place]) if file.is_file()]
    for each in (found for file in files for found in unmarked(file)):
        print(each)
