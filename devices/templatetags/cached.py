"""What looks the same wherever its arguments are the same is drawn once: pills, which stand a hundred times on a page. The same
holds for addresses.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django import template
from django.template.base import Node, Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from devices.web.addresses import address_of, address_of_number
from devices.web.icons import icon

P = ParamSpec("P")
MOST = 2000

register = template.Library()
register.simple_tag(icon)


def drawn_once(library: template.Library, name: str) -> Callable[[Callable[P, dict[str, Any]]], Callable[P, SafeString]]:
    """An inclusion tag of template `name` whose HTML depends on nothing but the language and the tag's arguments."""

    def decorate(tag: Callable[P, dict[str, Any]]) -> Callable[P, SafeString]:
        # `typed`: a text that is safe as it stands equals the same text that has to be escaped, but must not stand in for it.
        @lru_cache(MOST, typed=True)
        def in_language(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> SafeString:
            return render_to_string(name, tag(*args, **kwargs))

        @wraps(tag)
        def draw(*args: P.args, **kwargs: P.kwargs) -> SafeString:
            return in_language(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # arguments of tags are hashable

        library.simple_tag(draw, name=tag.__name__)
        return draw

    return decorate


class Address(URLNode):
    """Django's tag `url`, which is fast without parameters and with one number, as in the rows of a list."""

    def render(self, context: template.Context) -> str:
        try:
            address = self._known(context)
        except NoReverseMatch:
            address = None
        if address is None:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address

    def _known(self, context: template.Context) -> str | None:
        """None for other parameters. Raises NoReverseMatch."""
        if self.kwargs or len(self.args) > 1:
            return None
        name = self.view_name.resolve(context)
        if not self.args:
            return address_of(name)
        number = self.args[0].resolve(context)
        return address_of_number(name, number) if type(number) is int and number >= 0 else None


@register.tag
def url(parser: Parser, token: Token) -> Node:
    tag = parse_url(parser, token)
    return Address(tag.view_name, tag.args, tag.kwargs, tag.asvar)
