"""Writer of titles, once per vendor and key. Runs inside the transaction of the rows that refer to them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef

from devices.db.copy import stage
from devices.models import Account
from patching.models import Attempt, Patch, Title
from vendors import records

TITLE = {"key": "text", "name": "text", "developer": "text", "kind": "text", "version": "text"}
LONGEST = 255  # characters of a text column


def save_titles(vendor: str, titles: Iterable[records.Title]) -> None:
    """The last of two with one key wins. Unchanged rows are not locked: all accounts of a vendor share its titles."""
    once = {title.key: title for title in titles}
    stage("told_titles", TITLE, (_row(title) for title in once.values()), key="key")
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, {"vendor": vendor})


def forget_titles(account: Account) -> None:
    """For an account that is deleted: titles of its vendor without a patch or an attempt of another account."""
    used = [Exists(rows.objects.filter(title=OuterRef("pk"))) for rows in (Patch, Attempt)]
    unused = Title.objects.filter(~used[0], ~used[1], vendor=account.vendor)
    Title.objects.filter(likely__in=unused).update(likely=None)
    unused.delete()


def _row(title: records.Title) -> tuple[str, ...]:
    texts = (title.key, title.name, title.developer, title.kind.value, title.version)
    return tuple(text[:LONGEST] for text in texts)


_TOLD = ("name", "developer", "kind", "version")
_NEW, _HELD = (", ".join(f"{side}.{name}" for name in _TOLD) for side in ("t", "k"))
_SAVE = f"""INSERT INTO patching_title (vendor, key, {", ".join(_TOLD)})
SELECT %(vendor)s, t.key, {_NEW} FROM told_titles t LEFT JOIN patching_title k ON k.vendor = %(vendor)s AND k.key = t.key
WHERE k.id IS NULL OR ({_HELD}) IS DISTINCT FROM ({_NEW}) ORDER BY t.key
ON CONFLICT (vendor, key) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in _TOLD)}"""
