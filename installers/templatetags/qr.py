"""An address as a picture that a phone reads. Without style or script inside, so that our content security policy lets it pass."""

from __future__ import annotations

import segno
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from vendors.secret import Secret

register = template.Library()


@register.simple_tag
def qr(link: Secret) -> SafeString:
    """Black on white in both themes: not every camera reads it the other way round. Nothing when the text is too long for one.

    Takes the secret itself: what a template is given as plain text reaches a log that is set to DEBUG.
    """
    try:
        code = segno.make_qr(link.reveal(), error="m")
    except segno.DataOverflowError:
        return SafeString("")
    drawn = mark_safe(code.svg_inline(scale=4, light="#fff", dark="#000", omitsize=True, svgclass=None, lineclass=None))  # noqa: S308 (numbers)
    return format_html('<div class="qr" role="img" aria-label="QR code of the link">{}</div>', drawn)
