"""Django's translation tags, which every template loads as `i18n` (settings: libraries). A text without filters is looked up once for each
language.

A page has a hundred such texts, and looking one up costs as much as rendering a variable with filters.
"""

from __future__ import annotations

from django import template
from django.template.base import Node, Parser, Token, Variable
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class FixedText(Node):
    """The text of a `translate` tag that depends on nothing but the language; in `asvar`, if it has one."""

    def __init__(self, tag: i18n.TranslateNode) -> None:
        self._tag = tag
        self._asvar = tag.asvar
        self._texts: dict[str | None, str] = {}
        tag.asvar = None

    def render(self, context: template.Context) -> str:
        language = get_language()
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = self._tag.render(context)
        if self._asvar:
            context[self._asvar] = text
            return ""
        return text


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    tag = i18n.do_translate(parser, token)
    text = tag.filter_expression
    fixed = isinstance(text.var, Variable) and text.var.lookups is None and not text.filters and tag.message_context is None
    return FixedText(tag) if fixed else tag
