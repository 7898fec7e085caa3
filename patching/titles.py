"""What patches are for, written once per vendor and key. Runs inside the transaction of the rows that name them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from devices.copying import stage
from vendors import records

TITLE = {"key": "text", "name": "text", "developer": "text", "kind": "text"}
LONGEST = 255  # characters of a text column


def save_titles(vendor: str, titles: Iterable[records.Title]) -> None:
    """The last of two with one key wins. What is the same already is not even locked: all accounts of a vendor share its titles."""
    once = {title.key: title for title in titles}
    stage(
        "told_titles", TITLE, ((t.key[:LONGEST], t.name[:LONGEST], t.developer[:LONGEST], t.kind.value) for t in once.values()), key="key"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO patching_title AS known (vendor, key, name, developer, kind)
               SELECT %(vendor)s, t.key, t.name, t.developer, t.kind FROM told_titles t
               LEFT JOIN patching_title k ON k.vendor = %(vendor)s AND k.key = t.key
               WHERE k.id IS NULL OR (k.name, k.developer, k.kind) IS DISTINCT FROM (t.name, t.developer, t.kind) ORDER BY t.key
               ON CONFLICT (vendor, key) DO UPDATE SET name = EXCLUDED.name, developer = EXCLUDED.developer, kind = EXCLUDED.kind""",
            {"vendor": vendor},
        )
