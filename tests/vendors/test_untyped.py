from __future__ import annotations

import pytest

from devices.models import DeviceGroup, Quarantine, Sighting
from vendors import untyped
from vendors.errors import BadRecord


@pytest.mark.parametrize(("said", "read"), [("12", 12), ("999999999999999999", 2**31 - 1), (2**64, 2**31 - 1), ("-99999999999", -(2**31))])
def test_a_count_never_outgrows_its_column(said: object, read: int) -> None:
    assert untyped.Fields({"n": said}).number("n") == read


@pytest.mark.parametrize("model", [Sighting, DeviceGroup, Quarantine])
def test_an_id_that_is_accepted_fits_into_every_column_of_ids(model: type[Sighting | DeviceGroup | Quarantine]) -> None:
    longest = model._meta.get_field("external_id").max_length
    assert longest == untyped.LONGEST_ID
    assert untyped.opaque_id("x" * longest)
    assert not untyped.opaque_id("x" * (longest + 1))
    assert not untyped.opaque_id(10**longest)


def test_deep_nesting_costs_only_its_record() -> None:
    with pytest.raises(BadRecord, match="nested too deeply"):
        untyped.parse(b'{"a":' + b"[" * 3000 + b"]" * 3000 + b"}")
