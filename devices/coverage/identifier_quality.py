"""Identifier quality: identifiers that are shared by many devices, missing or malformed. Reads a bounded number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import OperationalError, connection, transaction

from devices.matching.record import STRENGTH
from devices.models import Account
from vendors.registry import VENDORS

SHOWN = 100
CANDIDATES = 500
MOST_DEVICES = 10_000  # counted for one identifier; beyond that the page shows a plus sign
SAMPLE = 10_000  # records that are read of an account; their order by vendor id is as good as random
PATIENCE_MS = 5_000

_SHARED = """
WITH often AS MATERIALIZED (
    SELECT kind, key FROM devices_identifier WHERE kind = ANY(%s) GROUP BY kind, key HAVING count(*) > %s ORDER BY count(*) DESC LIMIT %s)
SELECT o.kind, h.value, h.devices, h.junk FROM often o CROSS JOIN LATERAL (
    SELECT count(DISTINCT s.device_id) AS devices, bool_or(i.junk) AS junk, min(i.value) AS value
    FROM (SELECT sighting_id, junk, value FROM devices_identifier i WHERE i.key = o.key AND i.kind = o.kind
          AND i.value <> '' LIMIT %s) i
    JOIN devices_sighting s ON s.id = i.sighting_id) h
WHERE h.devices > %s ORDER BY h.devices DESC, o.kind, h.value LIMIT %s"""

_SHARES = """
SELECT a.id, k.kind, count(*), count(*) FILTER (WHERE i.good IS NULL), count(*) FILTER (WHERE NOT i.good)
FROM unnest(%s::bigint[], %s::text[]) AS a(id, kinds)
CROSS JOIN LATERAL unnest(string_to_array(a.kinds, ',')) AS k(kind)
CROSS JOIN LATERAL (SELECT s.id FROM devices_sighting s WHERE s.account_id = a.id AND s.life = 'seen' ORDER BY s.external_id LIMIT %s) s
CROSS JOIN LATERAL (SELECT bool_or(NOT i.junk) AS good FROM devices_identifier i
    WHERE i.sighting_id = s.id AND i.kind = k.kind AND i.value <> '') i
GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class SharedIdentifier:
    """An identifier of so many devices that it matches none. `junk`: a placeholder by its form alone."""

    kind: str
    value: str
    devices: int
    junk: bool

    @property
    def at_least(self) -> bool:
        return self.devices >= MOST_DEVICES


@dataclass(frozen=True, slots=True)
class IdentifierShare:
    """How many records of an account have no identifier of a kind, or none but placeholders and malformed ones."""

    account: str
    kind: str
    records: int
    missing: int
    malformed: int

    @property
    def usable(self) -> int:
        return self.records - self.missing - self.malformed

    @property
    def percent(self) -> int:
        return self.usable * 100 // self.records

    @property
    def sampled(self) -> bool:
        return self.records >= SAMPLE


def shared() -> list[SharedIdentifier] | None:
    """Most devices first. None when counting exceeds PATIENCE_MS. One query, and two to bound it."""
    kinds, common = [kind.value for kind in STRENGTH], settings.COMMON_KEY_DEVICES
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
            cursor.execute(_SHARED, [kinds, common, CANDIDATES, MOST_DEVICES, common, SHOWN])
            return [SharedIdentifier(*row) for row in cursor.fetchall()]
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":  # query_canceled
            raise
        return None


def shares() -> list[IdentifierShare]:
    """By account and kind, for the kinds that the vendor provides. Two queries."""
    accounts = {account.pk: account for account in Account.objects.all() if account.vendor in VENDORS}
    kinds = [",".join(_kinds(account)) for account in accounts.values()]
    with connection.cursor() as cursor:
        cursor.execute(_SHARES, [list(accounts), kinds, SAMPLE])
        rows = [IdentifierShare(accounts[pk].name, *rest) for pk, *rest in cursor.fetchall()]
    order = [kind.value for kind in STRENGTH]
    return sorted(rows, key=lambda row: (row.account, order.index(row.kind)))


def _kinds(account: Account) -> Sequence[str]:
    return [kind.value for kind in STRENGTH if kind in account.about.answers]
