"""The texts that JavaScript shows, in the language of the page: templates/ui/browser_texts.html carries them as data attributes."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

# Key → text. static/js/ reads `not-copied` as `texts.notCopied`; it replaces `%(name)s` itself.
BROWSER_TEXTS: dict[str, str | Promise] = {
    "close": gettext_lazy("Close message"),
    "copied": gettext_lazy("Copied: %(name)s"),
    "not-copied": gettext_lazy("The browser blocked copying. Select the text and copy it manually."),
    "failed": gettext_lazy("Request failed (HTTP %(status)s). Reload the page and try again."),
    "unreachable": gettext_lazy("The server is not responding. Check your connection and try again."),
    "chart-value": gettext_lazy("%(day)s, %(name)s: %(number)s"),
    "chart-gap": gettext_lazy("not counted"),
    "selected": gettext_lazy("%(count)s selected"),
    "selected-all": gettext_lazy("All %(count)s selected"),
    "moved": gettext_lazy("%(name)s: position %(place)s of %(count)s"),
    "suggestions": gettext_lazy("Suggestions: %(count)s"),
    "no-suggestions": gettext_lazy("No suggestions"),
}
