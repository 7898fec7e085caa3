"""Addresses of pages, as Django composes them."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse

from devices.web.addresses import address_of, address_of_number


def shown(text: str, **values: object) -> str:
    return Template(text).render(Context(values))


@pytest.mark.parametrize("name", ["devices:detail", "patching:title", "installers:detail"])
@pytest.mark.parametrize("number", [0, 7, 9876543210])
def test_a_page_of_a_number(name: str, number: int) -> None:
    assert address_of_number(name, number) == reverse(name, args=[number])
    assert shown(f'{{% url "{name}" row.id %}}', row={"id": number}) == reverse(name, args=[number])


def test_a_page_without_parameters() -> None:
    assert address_of("devices:list") == "/devices/"
    assert shown('{% url "devices:list" as here %}[{{ here }}]') == "[/devices/]"
    assert shown("{% url name %}", name="devices:issues") == "/issues/"


def test_an_address_follows_the_prefix_of_the_server() -> None:
    assert shown('{% url "devices:detail" 5 %}') == "/devices/5/"
    with override_script_prefix("/rollcall/"):
        assert shown('{% url "devices:detail" 5 %}{% url "devices:list" %}') == "/rollcall/devices/5//rollcall/devices/"


def test_other_parameters_are_left_to_django() -> None:
    assert shown('{% url "devices:account" name %}', name="eset-main") == "/vendors/eset-main/"
    assert shown('{% url "devices:detail" pk=5 %}') == "/devices/5/"


def test_a_page_that_does_not_exist_is_an_error_unless_it_is_kept_in_a_variable() -> None:
    for text in ('{% url "devices:nowhere" %}', '{% url "devices:list" 5 %}', '{% url "devices:detail" -1 %}'):
        with pytest.raises(NoReverseMatch):
            shown(text)
    assert shown('{% url "devices:nowhere" as here %}[{{ here }}]') == "[]"
