"""Django's translation tags, which every template loads as `i18n` (settings: libraries). A text without filters and a message without a
plural are looked up once for each language.

A page has a hundred such texts, and looking one up costs as much as rendering a variable with filters.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import template
from django.template.base import Node, Parser, Token, Variable, render_value_in_context
from django.templatetags import i18n
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)
del register.tags["language"]  # `language_of` relies on one language for a template

MOST = 2000


def language_of(context: template.Context) -> str | None:
    """The active language, read once for each template that is rendered: a row has up to ten texts."""
    state = context.render_context
    language: str | None = state.get(_LANGUAGE)
    if language is None:
        language = state[_LANGUAGE] = get_language()
    return language


_LANGUAGE = "rollcall language"


class FixedText(Node):
    """The text of a `translate` tag that depends on nothing but the language; in `asvar`, if it has one."""

    def __init__(self, tag: i18n.TranslateNode) -> None:
        self._tag = tag
        self._asvar = tag.asvar
        self._texts: dict[str | None, str] = {}
        tag.asvar = None

    def render(self, context: template.Context) -> str:
        language = language_of(context)
        text = self._texts.get(language)
        if text is None:
            text = self._texts[language] = self._tag.render(context)
        if self._asvar:
            context[self._asvar] = text
            return ""
        return text


class MessageWithParameters(i18n.BlockTranslateNode):
    """A `blocktranslate` tag. Its message is composed when the template is parsed, not whenever it is rendered."""

    def __init__(self, tag: i18n.BlockTranslateNode) -> None:
        vars(self).update(vars(tag))
        self._message, self._names = tag.render_token_list(tag.singular)
        self._plural = ""
        if tag.plural:
            self._plural, more = tag.render_token_list(tag.plural)
            self._names = list(dict.fromkeys([*self._names, *more]))

    def render(self, context: template.Context, nested: bool = False) -> str:
        """Django renders a message with a context, and names what is wrong with a translation."""
        if nested or self.message_context:
            return super().render(context, nested)
        given = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.counter and self.countervar:
            with context.push(**given):
                given[self.countervar] = self.counter.resolve(context)
        try:
            values = {name: given[name] if name in given else context[name] for name in self._names}
            shown = {name: render_value_in_context(value, context) for name, value in values.items()}
            text = self._text(given, language_of(context)) % shown
        except (KeyError, ValueError, TypeError):
            return super().render(context)
        if self.asvar:
            context[self.asvar] = SafeString(text)  # nosec B703 # values are escaped above
            return ""
        return text

    def _text(self, given: Mapping[str, Any], language: str | None) -> str:
        """Raises TypeError for a count that is no number."""
        if not self.countervar:
            return _singular(self._message, language)
        count = given[self.countervar]
        return _plural(self._message, self._plural, count + 0, language)


@lru_cache(MOST)
def _singular(message: str, _language: str | None) -> str:
    return gettext(message)


@lru_cache(MOST)
def _plural(singular: str, plural: str, count: float, _language: str | None) -> str:
    return ngettext(singular, plural, count)


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    return MessageWithParameters(i18n.do_block_translate(parser, token))


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    tag = i18n.do_translate(parser, token)
    text = tag.filter_expression
    fixed = isinstance(text.var, Variable) and text.var.lookups is None and not text.filters and tag.message_context is None
    return FixedText(tag) if fixed else tag
