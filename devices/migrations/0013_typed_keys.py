"""Keys are compared as people type them: with the apostrophe and the dash of a keyboard. Those that are stored follow."""

from __future__ import annotations

from django.db import migrations

_WRITTEN, _TYPED = "\u2018\u2019\u02bc\u2032\u2010\u2011\u2012\u2013\u2014\u2212", "''''''''------"
# One that says the same already stays as it is; in bytes the typed signs come first.
_FOLD = """UPDATE {table} t SET key = translate(t.key, '{written}', '{typed}')
           WHERE t.key ~ '[{written}]' AND {meant} AND NOT EXISTS (
               SELECT FROM {table} o WHERE {same} AND o.key COLLATE "C" < t.key COLLATE "C"
               AND translate(o.key, '{written}', '{typed}') = translate(t.key, '{written}', '{typed}'))"""


def _fold(table: str, *, same: str, meant: str = "true") -> str:
    return _FOLD.format(table=table, same=same, meant=meant, written=_WRITTEN, typed=_TYPED)


FOLD = [
    _fold("devices_identifier", same="o.sighting_id = t.sighting_id AND o.kind = t.kind", meant="t.kind <> 'vendor_id'"),
    _fold("devices_devicetag", same="o.device_id = t.device_id"),
]


class Migration(migrations.Migration):
    dependencies = [("devices", "0012_switched_off_at")]

    operations = [migrations.RunSQL(FOLD, migrations.RunSQL.noop)]
