"""Addresses of exports: one for each format of a table."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import URLPattern, path, register_converter
from django.urls.converters import StringConverter


class TableFormat(StringConverter):
    regex = "csv|xlsx"


register_converter(TableFormat, "table_format")


def export_path(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> URLPattern:
    """`devices/export` → `devices/export.csv` and `devices/export.xlsx`; the view gets the ending as `form`."""
    return path(f"{route}.<table_format:form>", view, name=name)
