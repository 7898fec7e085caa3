"""Stored sentences: a template with parameters comes back as it was stored, in the language of whoever reads it."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation
from django.utils.functional import SimpleLazyObject
from django.utils.translation import trans_real

from devices.db import messages
from devices.models import Quarantine
from vendors.texts import Message

ROOT = Path(messages.__file__).parents[2]
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
NESTED = Message("Could not %(operation)s: %(reason)s.", operation=Message("list devices"), reason=Message("its pages never end"))


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The catalog that German pages use, with the words of these tests."""
    words = {
        "Could not %(operation)s: %(reason)s.": "%(operation)s fehlgeschlagen: %(reason)s.",
        "list devices": "Abrufen der Geräte",
        "its pages never end": "die Seiten nehmen kein Ende",
    }
    with translation.override("de"):
        catalog: Any = trans_real.catalog()
        for template, text in words.items():
            monkeypatch.setitem(catalog._catalog._catalogs[0], template, text)
        yield


@pytest.mark.parametrize(
    "text",
    [
        NESTED,
        Message("Nothing to fill in: 100%"),
        Message("%(name)s", name='{"message": "of a vendor"}'),
        Message("%(number)s", number=5),
        "Plain text of an earlier version",
        '{"message": 5}',
        '{"message": "%(a)s", "params": {}} is no JSON',
        '{"message": "%(a)s", "params": {"b": 1}}',
        "",
    ],
)
def test_text_comes_back_as_it_was_stored(text: str) -> None:
    back = messages.from_stored(messages.as_stored(text))
    assert back == text
    assert getattr(back, "params", None) == getattr(text, "params", None)


def test_as_text_a_message_is_english(german: None) -> None:
    assert f"{NESTED}" == "Could not list devices: its pages never end."
    assert json.loads(json.dumps({"error": NESTED})) == {"error": "Could not list devices: its pages never end."}


def test_a_page_shows_it_in_its_language_with_its_parameters(german: None) -> None:
    page = Template("{{ error|translated }} {{ old|translated }}{{ none|translated }}")
    shown = page.render(Context({"error": messages.from_stored(messages.as_stored(NESTED)), "old": "Could not sign in."}))
    assert shown == "Abrufen der Geräte fehlgeschlagen: die Seiten nehmen kein Ende. Could not sign in."


def test_what_a_vendor_sent_is_escaped_and_not_translated(german: None) -> None:
    message = Message("five(9)s job failed: %(reason)s.", reason="<b>list devices</b>")
    assert Template("{{ error|translated }}").render(Context({"error": message})) == "five(9)s job failed: &lt;b&gt;list devices&lt;/b&gt;."


def test_a_missing_parameter_is_an_error_where_the_message_is_made() -> None:
    with pytest.raises(KeyError):
        Message("Could not %(operation)s: %(reason)s.", operation="list devices")


def test_a_lazy_value_is_stored_too() -> None:
    field = Quarantine._meta.get_field("reason")
    assert field.get_prep_value(SimpleLazyObject(lambda: "late")) == "late"


def _messages() -> Iterator[tuple[str, ast.Call]]:
    for folder in ("vendors", "devices", "installers", "patching"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Message":
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@pytest.mark.parametrize(("place", "call"), [pytest.param(place, call, id=place) for place, call in _messages()])
def test_every_message_is_marked_and_has_its_parameters(place: str, call: ast.Call) -> None:
    """A template in a variable was marked where it was assigned; Message itself checks its parameters. One without words joins messages."""
    (marked,) = call.args
    if not isinstance(marked, ast.Call):
        assert isinstance(marked, ast.Name | ast.Subscript) or not PLACEHOLDER.sub("", ast.literal_eval(marked)).strip(), place
        return
    assert isinstance(marked.func, ast.Name) and marked.func.id == "gettext_noop", place
    (template,) = marked.args
    assert isinstance(template, ast.Constant) and isinstance(template.value, str), place
    assert {each.arg for each in call.keywords} == set(PLACEHOLDER.findall(template.value)), place
    assert not call.keywords or "%" not in PLACEHOLDER.sub("", template.value).replace("%%", ""), place
