"""Templates: no text that is not marked for translation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.translation.unmarked import TEMPLATES, unmarked


def test_no_template_has_unmarked_text() -> None:
    found = [str(each) for path in sorted(TEMPLATES.rglob("*")) if path.is_file() for each in unmarked(path)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ("<p>Devices</p>", ["Devices"]),
        ('<a title="All devices">{{ name }}</a>', ["All devices"]),
        ('<input type="submit" value="Save">', ["Save"]),
        ('{% empty_state "info" "No devices" %}', ["No devices"]),
        ('{{ name|default:"Not known" }}', ["Not known"]),
        ('{% load i18n %}{% translate "Devices" %}: {{ n }} seen', ["……: … seen"]),
        ('{% load i18n %}<p title="{% translate "Hint" %}">{% blocktranslate %}{{ n }} devices{% endblocktranslate %}</p>', []),
        ('{% empty_state "info" _("No devices") %}{% url "devices:list" %}{{ "Rollcall" }}', []),
        ("<script>var Devices;</script>{# A comment #}{% if state == 'Some State' %}{% endif %}", []),
    ],
)
def test_what_counts_as_unmarked(tmp_path: Path, template: str, texts: list[str]) -> None:
    path = tmp_path / "page.html"
    path.write_text(template)
    assert [each.text for each in unmarked(path)] == texts
