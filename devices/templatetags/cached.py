"""What looks the same wherever its arguments are the same is drawn once: icons and pills, which stand a hundred times on a page."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

P = ParamSpec("P")
MOST = 2000

register = template.Library()
# `typed`: a text that is safe as it stands equals the same text that has to be escaped, but must not stand in for it.
register.simple_tag(lru_cache(MOST, typed=True)(lucide), name="lucide")


def drawn_once(library: template.Library, name: str) -> Callable[[Callable[P, dict[str, Any]]], Callable[P, dict[str, Any]]]:
    """An inclusion tag of template `name` whose HTML depends on nothing but the language and the tag's arguments."""

    def decorate(tag: Callable[P, dict[str, Any]]) -> Callable[P, dict[str, Any]]:
        @lru_cache(MOST, typed=True)
        def in_language(_language: str | None, *args: P.args, **kwargs: P.kwargs) -> SafeString:
            return render_to_string(name, tag(*args, **kwargs))

        @wraps(tag)
        def draw(*args: P.args, **kwargs: P.kwargs) -> SafeString:
            return in_language(get_language(), *args, **kwargs)  # type: ignore[arg-type]  # arguments of tags are hashable

        library.simple_tag(draw, name=tag.__name__)
        return tag

    return decorate
