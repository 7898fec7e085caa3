"""Translated texts of templates: looked up once for each language, with parameters that are escaped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils import translation
from django.utils.safestring import mark_safe

COPY = "{% blocktranslate %}Copy {{ label }}{% endblocktranslate %}"
COUNTED = "{% blocktranslate count number=n %}{{ number }} CVE{% plural %}{{ number }} CVEs{% endblocktranslate %}"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Whatever language a request of an earlier test left active."""
    with translation.override("en"):
        yield


def shown(text: str, **values: object) -> str:
    return Template("{% load i18n %}" + text).render(Context(values))


def test_one_template_is_shown_in_every_language() -> None:
    template = Template("{% load i18n %}" + COPY)
    for language, text in (("en", "Copy X"), ("de", "X kopieren"), ("en", "Copy X")):
        with translation.override(language):
            assert template.render(Context({"label": "X"})) == text


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_parameter_is_escaped_and_a_safe_one_is_not(language: str) -> None:
    with translation.override(language):
        assert "&lt;script&gt;" in shown(COPY, label="<script>") and "<script>" not in shown(COPY, label="<script>")
        assert "<b>x</b>" in shown(COPY, label=mark_safe("<b>x</b>"))
        kept = "{% blocktranslate asvar text %}Copy {{ label }}{% endblocktranslate %}[{{ text }}]"
        assert "&lt;i&gt;" in shown(kept, label="<i>") and "&amp;" not in shown(kept, label="<i>")


def test_percent_signs_of_a_parameter_stay() -> None:
    assert shown(COPY, label="100 %(label)s %s") == "Copy 100 %(label)s %s"


def test_a_missing_parameter_is_empty() -> None:
    assert shown(COPY) == "Copy "


@pytest.mark.parametrize(("count", "text"), [(0, "0 CVEs"), (1, "1 CVE"), (2, "2 CVEs"), (1.5, "1.5 CVEs")])
def test_a_count_chooses_the_form(count: float, text: str) -> None:
    assert shown(COUNTED, n=count) == text


def test_a_count_may_come_from_a_parameter() -> None:
    text = "{% blocktranslate count n=items|length with items=all %}{{ n }} of {{ items }}{% plural %}{{ n }} in {{ items }}{% endblocktranslate %}"
    assert shown(text, all="ab") == "2 in ab"
    assert shown(text, all="a") == "1 of a"


def test_a_count_that_is_no_number_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="must be a number"):
        shown(COUNTED, n="many")


def test_a_text_keeps_its_context() -> None:
    text = '{% blocktranslate context "theme" %}Light{% endblocktranslate %}'
    with translation.override("de"):
        assert shown(text) == "Hell"


def test_a_template_has_one_language() -> None:
    with pytest.raises(TemplateSyntaxError, match="language"):
        shown('{% language "de" %}{% endlanguage %}')
