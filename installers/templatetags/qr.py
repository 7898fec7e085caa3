"""Links as QR codes, without inline styles or scripts, which the content security policy forbids."""

from __future__ import annotations

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from vendors.secret import Secret

register = template.Library()


@register.simple_tag
def qr(link: Secret) -> SafeString:
    """Black on white in both themes, because not every camera reads an inverted code. Empty when the link is too long.

    Takes the Secret: plain text in a template context reaches logs at level DEBUG.
    """
    try:
        code = segno.make_qr(link.reveal(), error="m")
    except segno.DataOverflowError:
        return SafeString("")
    drawn = mark_safe(code.svg_inline(scale=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None))  # noqa: S308  # nosec B308, B703 # numbers
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', gettext("QR code of the link"), drawn)
