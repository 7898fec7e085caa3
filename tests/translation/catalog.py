"""Catalogs of translations: what the code marks, and what locale/ holds. `make messages` (this module) brings the .po and .mo files up to date.

The compiled catalogs are part of the project, so that nothing here needs the gettext programs.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de",)
PYTHON = ("config", "vendors", "devices", "installers", "patching")
ONE, MANY, IN_CONTEXT, MANY_IN_CONTEXT = None, (1, 2), ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), MANY),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), IN_CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), MANY_IN_CONTEXT),
}


def marked() -> Catalog:
    """Every text that the code and the templates mark, without translations."""
    catalog = Catalog(project="Rollcall", fuzzy=False)
    for name, source in _sources():
        for line, text, comments, context in extract("python", io.BytesIO(source), KEYWORDS, comment_tags=["Translators:"]):
            catalog.add(text, locations=[(name, line)], auto_comments=comments, context=context)
    return catalog


def _sources() -> Iterator[tuple[str, bytes]]:
    """Files as Python: name and source. Django turns a template into Python that holds nothing but its marked texts."""
    for folder in PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            calls = templatize(path.read_text(), origin=str(path))
            yield str(path.relative_to(ROOT)), "\n".join(line.lstrip() for line in calls.split("\n")).encode()


def po_file(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalog of this language; an empty one where there is none yet."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, project="Rollcall", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalog: Catalog) -> list[Message]:
    """Messages without a translation in every form, or with one that is only a guess."""
    return [
        each for each in catalog if each.id and (each.fuzzy or not all(each.string if isinstance(each.string, tuple) else [each.string]))
    ]


def texts_of(message: Message) -> tuple[list[str], list[str]]:
    """Its texts and their translations: the singular and the plural, or one."""
    original, translation = message.id, message.string
    return ([original] if isinstance(original, str) else list(original)), (
        [translation] if isinstance(translation, str) else list(translation or ())
    )


def compiled(catalog: Catalog) -> bytes:
    """The catalog as a .mo file."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def text_of(catalog: Catalog) -> bytes:
    """The catalog as a .po file. Lines of the code are left out: they would change with every edit."""
    out = io.BytesIO()
    write_po(out, catalog, width=140, ignore_obsolete=True, include_lineno=False, sort_by_file=True)
    return out.getvalue()


def renew(language: str) -> Catalog:
    """The catalog with what is marked now: translations are kept, what is no longer marked is left out."""
    catalog = read(language)
    made_at = catalog.creation_date
    catalog.update(marked(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.creation_date = catalog.revision_date = made_at
    catalog.header_comment = "# Written by `make messages`; the translations are made by hand."
    catalog.project, catalog.version, catalog.msgid_bugs_address = "Rollcall", "", ""
    catalog.last_translator = catalog.language_team = "Rollcall"
    return catalog


def main() -> int:
    settings.configure()  # reading templates needs no more
    missing = 0
    for language in LANGUAGES:
        catalog = renew(language)
        po_file(language).parent.mkdir(parents=True, exist_ok=True)
        po_file(language).write_bytes(text_of(catalog))
        po_file(language).with_suffix(".mo").write_bytes(compiled(catalog))
        missing = len(untranslated(catalog))
        print(f"{po_file(language).relative_to(ROOT)}: {len(catalog)} messages, {missing} without a translation")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
