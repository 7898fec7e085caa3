"""Which problem is meant, as addresses, forms and its history name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlencode

from devices.issues.filters import ONE_PROBLEM, SEVERITIES
from devices.models import IssueKind

BEGINNING = "problem?"
LONGEST_TEXT = 600


class ProblemKey(NamedTuple):
    """`place`: the vendor of issues that vendors report, else the account. `title`: as `problem_of` of vendors/stored_titles.py."""

    kind: str
    place: str
    state: str
    title: str

    @property
    def text(self) -> str:
        """As its history is stored."""
        return "/".join(self)[:LONGEST_TEXT]

    @property
    def filters(self) -> dict[str, str]:
        """The filters of the list of issues that give only its own."""
        if self.kind != IssueKind.ISSUE:
            return {"kind": self.kind, "account": self.place}
        severity = {"severity": self.state} if self.state in SEVERITIES else {}
        return {"kind": self.kind, "vendor": self.place, **severity, "problem": self.title}

    @property
    def form_value(self) -> str:
        return BEGINNING + urlencode(self.filters)

    @property
    def address(self) -> str:
        """The query string of its page."""
        return f"?{urlencode({'rows': ONE_PROBLEM, **self.filters})}"

    @classmethod
    def of(cls, filters: Mapping[str, str], *, state: str) -> Self:
        """Of the filters that `filters` gave."""
        place = filters["vendor"] if filters["kind"] == IssueKind.ISSUE else filters["account"]
        return cls(filters["kind"], place, state, filters["problem"])


def read_problems(texts: list[str]) -> Iterator[dict[str, str]]:
    """The filters of each form value; other texts are left out."""
    for text in texts:
        if text.startswith(BEGINNING):
            yield dict(parse_qsl(text.removeprefix(BEGINNING)))
