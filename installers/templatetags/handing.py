"""The hand-outs of an installer, for the page that somebody else builds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils import timezone

from installers import given
from installers.models import Installer

register = template.Library()


@register.simple_tag(takes_context=True)
def handouts_of(context: Mapping[str, Any], installer: Installer) -> Sequence[given.Line]:
    return given.of_installer(installer, context["user"], now=timezone.now())
