"""Severity of a missing patch as a sort order and a condition, the highest first."""

from __future__ import annotations

from django.db.models import IntegerField, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Exact

from vendors.patch_states import Severity

RANKS: dict[str, int] = {severity.value: rank for rank, severity in enumerate(Severity)}
# `patch_open_by_severity` is an index over exactly this expression.
RANK_SQL = "(CASE patching_patch.severity WHEN 'high' THEN 0 WHEN 'medium' THEN 1 WHEN 'low' THEN 2 WHEN 'informational' THEN 3 ELSE 4 END)"


def severe(severity: str) -> Q:
    """As a condition on Patch that the index answers."""
    return Q(Exact(RawSQL(RANK_SQL, (), output_field=IntegerField()), RANKS[severity]))  # noqa: S611
