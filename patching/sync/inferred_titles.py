"""Likely application of a title without a name. Inferred, shown as such, and never mixed with reported names.

For a missing patch ESET reports the developer and the target version, but not the application. Its attempts have names. So where attempts
of exactly one application by that developer went to that version, it is likely that one.

Weaker evidence is not used: attempts of only one application by a developer prove nothing about its other applications, and a wrong name is
worse than none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.db import connection

from patching.models import Title
from vendors.parsing.normalise import text_key
from vendors.patch_states import PatchKind

Reached = Mapping[tuple[str, str], set[int]]


def infer_titles(vendor: str) -> None:
    """For all titles of the vendor, of all accounts; what no longer follows is removed. Four statements, two where all have names.

    Runs inside the transaction that ends a sync, after patching.sync.assignment.hold_patching.
    """
    unnamed = list(Title.objects.filter(vendor=vendor).exclude(version="").order_by("pk"))
    reached = _reached(vendor, {(text_key(title.developer), title.version) for title in unnamed}) if unnamed else {}
    changed = []
    for title in unnamed:
        candidates = reached.get((text_key(title.developer), title.version), set())
        likely = next(iter(candidates)) if len(candidates) == 1 else None
        if title.likely_id != likely:
            title.likely_id = likely
            changed.append(title)
    Title.objects.bulk_update(changed, ["likely"], batch_size=1000)


def _reached(vendor: str, wanted: set[tuple[str, str]]) -> Reached:
    """By developer and version: the applications with an attempt to that version."""
    versions, found = defaultdict(list), defaultdict(set)
    for maker, version in wanted:
        versions[maker].append(version)
    named = Title.objects.filter(vendor=vendor, kind=PatchKind.APPLICATION, version="").exclude(developer="").order_by()
    makers = {pk: text_key(developer) for pk, developer in named.values_list("pk", "developer")}
    pairs = [(pk, version) for pk, maker in makers.items() if maker for version in versions.get(maker, ())]
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"titles": [pk for pk, _ in pairs], "versions": [version for _, version in pairs]})
        for pk, version in cursor.fetchall():
            found[makers[pk], version].add(pk)
    return found


# A subquery with a limit is looked up one by one in an index, however many attempts there are.
_REACHED = """SELECT p.title, p.version FROM unnest(%(titles)s::bigint[], %(versions)s::text[]) AS p(title, version)
WHERE (SELECT a.id FROM patching_attempt a WHERE a.title_id = p.title AND a.after = p.version LIMIT 1) IS NOT NULL"""
