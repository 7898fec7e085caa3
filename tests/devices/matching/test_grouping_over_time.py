"""Which records stay one device when a machine is enrolled anew, renamed, repaired or replaced."""

from __future__ import annotations

import pytest

from devices.models import Identifier, Sighting
from tests.devices import records as making
from tests.devices.matching.test_grouping import HOST, M1, M2, MAC, SERIAL, U1, U2, USER, UUID, partition, rematch_all, save, told

pytestmark = pytest.mark.django_db


class TestReimage:
    def test_under_a_new_name_at_two_vendors(self) -> None:
        eset, epm = making.account(), making.account("epm", "five9s")
        old = {SERIAL: "pf3xk2ab", HOST: "desktop-a1b2c3d"}
        new = {SERIAL: "pf3xk2ab", HOST: "nb-0042"}
        save(eset, told("e1", {**old, MAC: M1}, days_ago=3))
        save(epm, told("10", old, days_ago=3))
        assert partition() == [["10", "e1"]]
        save(eset, told("e2", {**new, MAC: M1}))
        assert partition() == [["10", "e1", "e2"]]
        save(epm, told("11", new))
        assert partition() == [["10", "11", "e1", "e2"]]
        Sighting.objects.filter(external_id__in=["e1", "10"]).update(life="gone")
        rematch_all()
        assert partition() == [["10", "11", "e1", "e2"]]

    def test_a_record_that_is_gone_blocks_no_live_one(self) -> None:
        eset, epm = making.account(), making.account("epm", "five9s")
        save(eset, told("e1", {SERIAL: "pf3xk2ab", HOST: "nb-1", MAC: M1, UUID: U1}))
        save(eset, told("e2", {SERIAL: "pf3xk2ab", HOST: "nb-1", MAC: M2, UUID: U2}))
        save(epm, told("f", {SERIAL: "pf3xk2ab", HOST: "nb-1"}))
        assert partition() == [["e1"], ["e2"], ["f"]]
        Sighting.objects.filter(external_id="e1").update(life="gone")
        rematch_all()
        assert partition() == [["e1"], ["e2", "f"]]


class TestFormerIdentifiers:
    def test_a_new_mainboard_under_the_same_vendor_records(self) -> None:
        eset, epm, opswat = making.account(), making.account("epm", "five9s"), making.account("o", "opswat")
        name = {HOST: "nb-0042"}
        save(eset, told("e", {SERIAL: "pf3xk2ab", UUID: U1, MAC: M1, **name}))
        save(epm, told("f", {SERIAL: "pf3xk2ab", USER: "anna", **name}))
        save(opswat, told("o", {MAC: M1, USER: "anna", **name}))
        device = Sighting.objects.get(external_id="e").device_id
        save(eset, told("e", {SERIAL: "pf9newab", UUID: U2, MAC: M2, **name}))
        assert partition() == [["e", "f", "o"]]
        save(opswat, told("o", {MAC: M2, USER: "anna", **name}))
        assert partition() == [["e", "f", "o"]]
        save(epm, told("f", {SERIAL: "pf9newab", USER: "anna", **name}))
        assert partition() == [["e", "f", "o"]]
        assert Sighting.objects.get(external_id="f").device_id == device
        former = Identifier.objects.filter(kind="former_serial", sighting__external_id="e").values_list("key", flat=True)
        assert list(former) == ["pf3xk2ab"]

    def test_a_rename_that_the_vendors_learn_of_one_after_the_other(self) -> None:
        eset, opswat = making.account(), making.account("o", "opswat")
        save(eset, told("e", {HOST: "desktop-a1b2c3d", MAC: M1}))
        save(opswat, told("o", {HOST: "desktop-a1b2c3d", MAC: M1}))
        save(eset, told("e", {HOST: "nb-0042", MAC: M1}))
        assert partition() == [["e", "o"]]
        save(opswat, told("o", {HOST: "nb-0042", MAC: M1}))
        assert partition() == [["e", "o"]]

    def test_a_replacement_with_the_old_name_is_another_device(self) -> None:
        eset, opswat = making.account(), making.account("o", "opswat")
        save(eset, told("e1", {HOST: "nb-1", MAC: M1, SERIAL: "aaa111b"}))
        save(eset, told("e1", {HOST: "nb-1-old", MAC: M1, SERIAL: "aaa111b"}), told("e2", {HOST: "nb-1", MAC: M2, SERIAL: "bbb222c"}))
        save(opswat, told("o", {HOST: "nb-1", MAC: M2}))
        assert partition() == [["e1"], ["e2", "o"]]

    @pytest.mark.parametrize(("serial", "devices"), [("vmware-564d9a1d3e8a7f4c", [["e1"], ["e2"]]), ("pf3xk2ab", [["e1", "e2"]])])
    def test_a_copy_of_a_virtual_machine_with_a_former_mac_stays_apart(self, serial: str, devices: list[list[str]]) -> None:
        """The copy kept the MAC address that the original had before; a physical machine was enrolled anew."""
        eset = making.account()
        keys = {SERIAL: serial, HOST: "srv-1"}
        save(eset, told("e1", {**keys, MAC: M1}, days_ago=60))
        save(eset, told("e1", {**keys, MAC: M2}))
        save(eset, told("e2", {**keys, MAC: M1}, days_ago=30))
        assert partition() == devices
