"""Addresses of pages by their names in devices/urls.py and the like. Django searches all patterns whenever an address is needed; here it
does so once for each name.
"""

from __future__ import annotations

from functools import cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

_NUMBER = 9876543210  # any: the number of a page is put in its place


def address_of(name: str) -> str:
    """Of a page without parameters. Raises NoReverseMatch."""
    return _fixed(name, settings.ROOT_URLCONF, get_script_prefix())


def address_of_number(name: str, number: int) -> str:
    """Of a page whose only parameter is a number, from 0. Raises NoReverseMatch."""
    before, after = _around(name, settings.ROOT_URLCONF, get_script_prefix())
    return f"{before}{number}{after}"


@cache
def _fixed(name: str, _urls: str, _prefix: str) -> str:
    return reverse(name)


@cache
def _around(name: str, _urls: str, _prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[_NUMBER]).partition(str(_NUMBER))
    return before, after
