"""Records that are removed, earlier enrollments, and names that many machines have."""

from __future__ import annotations

import pytest

from devices.models import Sighting
from tests.devices import records as making
from tests.devices.matching.test_grouping import HOST, M1, M2, M3, MAC, SERIAL, U1, U2, USER, UUID, partition, rematch_all, save, told

pytestmark = pytest.mark.django_db


class TestRemovedRecords:
    @pytest.fixture
    def epm_and_opswat(self) -> None:
        """Two users, so that the two alone have only the name in common."""
        save(making.account("epm", "five9s"), told("f", {SERIAL: "c02estppdx3v", HOST: "prg-mac-0008", USER: "carla"}))
        save(making.account("o", "opswat"), told("o", {MAC: M1, HOST: "prg-mac-0008", USER: "vera"}))
        assert partition() == [["f"], ["o"]]

    def test_a_removed_record_still_connects_two_live_ones(self, epm_and_opswat: None) -> None:
        save(making.account(), told("e", {SERIAL: "c02estppdx3v", HOST: "prg-mac-0008", MAC: M1}))
        assert partition() == [["e", "f", "o"]]
        Sighting.objects.filter(external_id="e").update(life="gone")
        rematch_all()
        assert partition() == [["e", "f", "o"]]

    def test_a_removed_record_of_a_predecessor_connects_nothing(self, epm_and_opswat: None) -> None:
        """It has the serial of one, and only the name of the other."""
        save(making.account(), told("e", {SERIAL: "c02estppdx3v", HOST: "prg-mac-0008", MAC: M2}))
        Sighting.objects.filter(external_id="e").update(life="gone")
        rematch_all()
        assert partition() == [["e", "f"], ["o"]]

    def test_a_removed_record_does_not_connect_what_excludes_each_other(self) -> None:
        save(making.account("epm", "five9s"), told("f", {SERIAL: "pf3xk2ab", HOST: "nb-0042"}))
        save(making.account("o", "opswat"), told("o", {SERIAL: "pf9newab", MAC: M1, HOST: "nb-0042"}))
        save(making.account(), told("e", {SERIAL: "pf3xk2ab pf9newab", MAC: M1, HOST: "nb-0042"}))
        Sighting.objects.filter(external_id="e").update(life="gone")
        rematch_all()
        assert not any({"f", "o"} <= set(device) for device in partition())


class TestEarlierEnrollments:
    def test_a_new_mainboard_leaves_the_earlier_enrollment_on_the_device(self) -> None:
        """Under another name before; the old record is still listed with the old serial and is not in contact any more."""
        eset, epm = making.account(), making.account("epm", "five9s")
        old = {SERIAL: "j8qh4s3", UUID: U1, MAC: f"{M1} {M2}", HOST: "zrh-nb-0004"}
        save(eset, told("e1", old, days_ago=9))
        save(eset, told("e2", {**old, HOST: "muc-nb-0013"}))
        save(epm, told("f", {SERIAL: "j8qh4s3", HOST: "muc-nb-0013", USER: "katja"}))
        assert partition() == [["e1", "e2", "f"]]
        save(eset, told("e2", {SERIAL: "pf4z4u73", UUID: U2, MAC: f"{M2} {M3}", HOST: "muc-nb-0013"}))
        assert partition() == [["e1", "e2", "f"]]

    def test_a_board_that_is_used_in_another_machine_at_the_same_time_does_not(self) -> None:
        eset = making.account()
        keys = {SERIAL: "j8qh4s3", UUID: U1, MAC: M1, HOST: "zrh-nb-0004"}
        save(eset, told("e1", keys))
        save(eset, told("e1", {SERIAL: "pf4z4u73", UUID: U2, MAC: M2, HOST: "zrh-nb-0004"}), told("e2", {**keys, HOST: "spare-1"}))
        assert partition() == [["e1"], ["e2"]]


def test_a_name_on_many_machines_still_joins_with_its_user() -> None:
    """Copies of a virtual machine with one name and serial: five(9)s reports no MAC address, so the user decides."""
    users = ("hanna", "berta", "carla", "dora", "emil")
    for number, user in enumerate(users):
        mac = f"000c2937290{number}"
        save(making.account(f"o{number}", "opswat"), told(f"o{number}", {HOST: "zrh-vm-0010", MAC: mac, USER: user}))
    save(making.account("epm", "five9s"), told("f", {SERIAL: "vmware564d78db", HOST: "zrh-vm-0010", USER: "hanna"}))
    assert ["f", "o0"] in partition()
    assert len(partition()) == len(users)
