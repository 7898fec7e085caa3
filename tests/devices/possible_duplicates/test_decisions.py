"""One click merges two devices or keeps them separate, and both are remembered."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.history.queries import timeline
from devices.matching import overrides
from devices.matching.apply import rematch_everything
from devices.models import Account, AuditEvent, PossibleDuplicate, Ruling, Sighting, User
from devices.possible_duplicates import queries as reading
from devices.possible_duplicates.services import merge
from tests.devices import records as making
from tests.devices.audited import actor
from tests.devices.matching.test_grouping import HOST, M1, M2, MAC, SERIAL, partition, save, told
from tests.devices.possible_duplicates.test_pages import PAGE, pair, text_of

pytestmark = pytest.mark.django_db
DECIDE = f"{PAGE}decide/"


def decide(client: Client, one: int, other: int, decision: str, **more: object) -> str:
    """The text of the list after it."""
    answer = client.post(DECIDE, {"device": one, "other": other, "decision": decision}, follow=True, **more)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_one_click_merges(client: Client, ivan: User) -> None:
    one, other = pair()
    client.force_login(ivan)
    text = decide(client, one, other, "merge")
    assert "reception and reception merged." in text and "No possible duplicates" in text
    assert partition() == [["e-reception", "o-reception"]]
    ruling = Ruling.objects.get()
    assert (ruling.together, ruling.reason, ruling.made_by) == (True, "Decided in possible duplicates", ivan)
    event = AuditEvent.objects.get(action="devices linked")
    assert (actor(event), event.target) == ("ivan", str(one))
    rematch_everything(timezone.now())
    assert partition() == [["e-reception", "o-reception"]]


def test_one_click_keeps_separate_and_later_syncs_keep_it(client: Client, ivan: User) -> None:
    one, other = pair()
    client.force_login(ivan)
    text = decide(client, one, other, "separate")
    assert "reception and reception stay separate." in text and "No possible duplicates" in text
    assert AuditEvent.objects.get(action="devices kept separate").target == str(one)
    for device, beside in ((one, other), (other, one)):
        entry = next(each for each in timeline(device).entries if each.kind == "parted")
        assert (entry.words, entry.other, entry.who) == ("Kept separate from another device by a user", beside, "ivan")
    assert not PossibleDuplicate.objects.exists()
    rematch_everything(timezone.now())
    assert reading.count().number == 0
    # Even with the serial in common.
    save(Account.objects.get(name="opswat-main"), told("o-reception", {HOST: "reception", SERIAL: "sreception"}, name="reception"))
    assert partition() == [["e-reception"], ["o-reception"]]
    assert reading.count().number == 0


def test_one_decision_about_several_records_is_shown_and_reset_as_one(client: Client, ivan: User) -> None:
    one, other = pair()
    save(making.account("eset-second"), told("e2", {HOST: "reception", SERIAL: "sreception"}, name="reception"))
    save(making.account("epm", "five9s"), told("f", {HOST: "reception", SERIAL: "sreception"}, name="reception"))
    assert partition() == [["e-reception", "e2", "f"], ["o-reception"]]
    client.force_login(ivan)
    decide(client, one, other, "separate")
    assert Ruling.objects.filter(ended_at=None).count() == 3
    for device in (one, other):
        page = text_of(client, f"/devices/{device}/")
        assert page.count("kept separate from") == page.count("Reset to automatic matching") == 1
    assert "reception (opswat-main) kept separate from reception (eset-main), reception (eset-second) and reception (epm)." in page
    ruling = Ruling.objects.order_by("pk")[1]
    client.post(f"/devices/{one}/rulings/{ruling.pk}/end/", {"reason": "one desk"})
    assert not Ruling.objects.filter(ended_at=None).exists()
    event = AuditEvent.objects.get(action="ruling ended")
    assert event.detail["pair"] == sorted(Sighting.objects.values_list("pk", flat=True))
    assert reading.count().number == 1


def test_two_decisions_are_reset_one_by_one(ivan: User) -> None:
    (one, other), (third, fourth) = pair(), pair("workshop")
    act = AuditContext.of(ivan, now=timezone.now())
    overrides.keep_apart(one, other, reason="two desks", act=act)
    overrides.keep_apart(third, fourth, reason="two desks", act=act)
    overrides.end_ruling(Ruling.objects.order_by("pk")[0].pk, reason="one desk", act=act)
    assert [each.first.external_id for each in Ruling.objects.filter(ended_at=None)] == ["e-workshop"]


def test_a_later_record_of_one_of_the_devices_brings_no_pair_back(client: Client, ivan: User) -> None:
    one, other = pair()
    client.force_login(ivan)
    decide(client, one, other, "separate")
    save(making.account("eset-second"), told("e2", {HOST: "reception", SERIAL: "sreception"}, name="reception"))
    assert partition() == [["e-reception", "e2"], ["o-reception"]]
    assert reading.count().number == 0
    overrides.end_ruling(Ruling.objects.get(ended_at=None).pk, reason="one desk", act=AuditContext.of(ivan, now=timezone.now()))
    assert reading.count().number == 1


def test_all_records_of_both_devices_are_merged_though_some_contradict(ivan: User) -> None:
    """The record that would be split off again has another MAC address than the other device."""
    eset, epm, opswat = making.account(), making.account("epm", "five9s"), making.account("opswat-main", "opswat")
    save(epm, told("f", {SERIAL: "pf3xk2ab", HOST: "reception"}, name="reception"))
    save(eset, told("e", {SERIAL: "pf3xk2ab", HOST: "reception", MAC: M1}, name="reception"))
    save(opswat, told("o", {HOST: "reception", MAC: M2}, name="reception"))
    assert partition() == [["e", "f"], ["o"]]
    one, other = sorted(set(Sighting.objects.values_list("device", flat=True)))
    assert reading.is_open(one, other)
    merge(one, other, act=AuditContext.of(ivan, now=timezone.now()))
    assert partition() == [["e", "f", "o"]]
    rematch_everything(timezone.now())
    assert partition() == [["e", "f", "o"]]


@pytest.mark.parametrize("first", ["merge", "separate"])
@pytest.mark.parametrize("second", ["merge", "separate"])
def test_a_pair_that_another_user_decided_meanwhile_stays_as_decided(
    client: Client, ivan: User, alice: User, first: str, second: str
) -> None:
    one, other = pair()
    client.force_login(alice)
    decide(client, one, other, first)
    before = partition()
    client.force_login(ivan)
    assert "Already decided by another user, or the vendor data changed." in decide(client, one, other, second)
    assert partition() == before
    assert Ruling.objects.get().made_by == alice


def test_helpdesk_may_not_decide(client: Client, bob: User) -> None:
    one, other = pair()
    client.force_login(bob)
    for decision in ("merge", "separate"):
        assert client.post(DECIDE, {"device": one, "other": other, "decision": decision}).status_code == 403
    assert len(partition()) == 2 and not Ruling.objects.exists()


def test_a_decision_is_posted_with_its_token(ivan: User) -> None:
    one, other = pair()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ivan)
    assert strict.get(DECIDE).status_code == 405
    assert strict.post(DECIDE, {"device": one, "other": other, "decision": "merge"}).status_code == 403
    assert not Ruling.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [{}, {"decision": "x"}, {"device": "x"}, {"other": "\x00"}, {"device": "-1"}, {"other": "9" * 30}],
)
def test_an_invalid_form_decides_nothing(client: Client, ivan: User, sent: dict[str, str]) -> None:
    one, other = pair()
    client.force_login(ivan)
    whole = {"device": str(one), "other": str(other), "decision": "merge"} if sent else {}
    assert client.post(DECIDE, whole | sent).status_code == 404
    assert not Ruling.objects.exists()


def test_a_device_that_does_not_exist_is_no_pair(client: Client, ivan: User) -> None:
    one, _ = pair()
    client.force_login(ivan)
    assert "Already decided by another user" in decide(client, one, 999_999, "merge")
    assert not Ruling.objects.exists()


def test_htmx_gets_the_results_and_the_message_alone(client: Client, ivan: User) -> None:
    one, other = pair()
    pair("workshop")
    client.force_login(ivan)
    html = decide(client, one, other, "separate", headers={"HX-Request": "true"})
    assert "<html" not in html and html.startswith('<section id="results"')
    assert 'id="pairs" tabindex="-1" autofocus' in html and "stay separate." in html
    assert html.count('class="pair"') == 1


def test_a_decision_leads_back_to_the_device_that_was_filtered_by(client: Client, ivan: User) -> None:
    one, other = pair()
    client.force_login(ivan)
    answer = client.post(f"{DECIDE}?device={one}", {"device": one, "other": other, "decision": "separate"})
    assert answer["Location"] == f"{PAGE}?device={one}"
    assert "No possible duplicates of this device" in text_of(client, answer["Location"])
