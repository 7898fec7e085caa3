"""Titles of issues that a vendor only counts or gives a status, and of patches without a name: English text that is stored, searched and
sorted, recognized when shown.

The stored text does not change, because decisions about an issue end when its title changes.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vendors.texts import Message, gettext_noop

# Issues that are about one patch. A released one is installed by the agent at its next security scan
# (https://help.ivanti.com/ld/help/en_US/LDMS/10.0/Windows/patch-h-help.htm).
DUE_PATCH = gettext_noop("%(name)s: due, not yet installed")
RELEASED_PATCH = gettext_noop("%(name)s: released for automatic repair")
FAILED_PATCH = gettext_noop("%(name)s: installation failed")
PATCH_TEMPLATES = (
    gettext_noop("%(name)s: excluded by a rule"),
    DUE_PATCH,
    RELEASED_PATCH,
    FAILED_PATCH,
    gettext_noop("%(name)s: no state reported"),
    gettext_noop("%(name)s: state “%(status)s” is unknown to this version"),
)
TEMPLATES = (
    gettext_noop("%(count)s problem reported"),
    gettext_noop("%(count)s problems reported"),
    gettext_noop("Status is not OK, and no problem is counted"),
    gettext_noop("%(count)s critical issue"),
    gettext_noop("%(count)s critical issues"),
    gettext_noop("%(count)s other issue"),
    gettext_noop("%(count)s other issues"),
    gettext_noop("%(count)s issue"),
    gettext_noop("%(count)s issues"),
    gettext_noop("Status %(status)s, and no issue is counted"),
    *PATCH_TEMPLATES,
    gettext_noop("Application by %(developer)s, version %(version)s"),
    gettext_noop("Application by %(developer)s"),
    gettext_noop("Unnamed application, version %(version)s"),
    gettext_noop("Unnamed application"),
    gettext_noop("Unnamed package"),
    gettext_noop("Operating system"),
)
# A title without the number that it begins with. devices/migrations/0038_problems.py has the same rule.
COUNTED = re.compile(r"[0-9]+ (?:other )?(problem|critical issue|issue)s?( reported)?")
PROBLEMS = {
    "# problems reported": gettext_noop("Problems (number only)"),
    "# critical issues": gettext_noop("Critical issues (number only)"),
    "# issues": gettext_noop("Non-critical issues (number only)"),
}
VALUES = {"count": "[0-9]+", **dict.fromkeys(("name", "status", "developer", "version"), ".+")}


def _pattern(template: str) -> re.Pattern[str]:
    escaped = re.escape(template)
    for name, value in VALUES.items():
        escaped = escaped.replace(re.escape(f"%({name})s"), f"(?P<{name}>{value})")
    return re.compile(escaped, re.DOTALL)


_PATTERNS = tuple((template, _pattern(template)) for template in TEMPLATES)


@lru_cache(1000)
def recognized(title: str) -> str:
    """The title as a Message where Rollcall wrote it; a vendor's own title as it is."""
    for template, pattern in _PATTERNS:
        if found := pattern.fullmatch(title):
            return Message(template, **found.groupdict())
    return title


def problem_of(title: str) -> str:
    """The title that all issues of one problem have: `2 critical issues` and `1 critical issue` are `# critical issues`."""
    return COUNTED.sub(r"# \1s\2", title) if COUNTED.fullmatch(title) else title


def problem_title(problem: str) -> str:
    """The title of a problem as `recognized` gives that of an issue."""
    return Message(PROBLEMS[problem]) if problem in PROBLEMS else recognized(problem)


def only_counted(problem: str) -> bool:
    """The vendor reports only how many issues there are."""
    return problem in PROBLEMS
