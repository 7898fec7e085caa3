"""Users resolve data conflicts: the chosen value is shown everywhere, until a vendor reports another one."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devices.audit.context import AuditContext
from devices.conflicts import services as settling
from devices.device_detail.field_values import FieldValue, values
from devices.device_detail.queries import detail
from devices.errors import ActionRefused
from devices.matching.overrides import link
from devices.models import Account, AuditEvent, Change, ChangeKind, Device, Life, Settlement, Sighting, User
from devices.reconciliation.summary import summarise
from tests.devices import rows as shown
from vendors.states import IdKind

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def accounts(db: None) -> dict[str, Account]:
    return {vendor: shown.account(f"{vendor}-main", vendor) for vendor in ("five9s", "eset", "opswat")}


@pytest.fixture
def pair(accounts: dict[str, Account]) -> tuple[Sighting, Sighting]:
    """five(9)s and ESET tell another system and another serial of one device; five(9)s comes first."""
    one = shown.sighting(
        accounts["five9s"], "nb-1", serial="PF3XK2", ids=[(IdKind.SERIAL, "PF3XK2")], os_name="Windows 11", os_family="windows"
    )
    other = shown.sighting(
        accounts["eset"],
        "nb-1",
        device=one.device,
        serial="PF4YL3",
        ids=[(IdKind.SERIAL, "PF4YL3")],
        os_name="Debian 13",
        os_family="linux",
    )
    return one, other


def now_of(sighting: Sighting) -> Device:
    return Device.objects.get(pk=sighting.device_id)


def settled(other: Sighting, by: User, field: str = "serial", reason: str = "read the sticker") -> Settlement:
    return settling.override_field(
        other.device_id, field=field, sighting=other.pk, reason=reason, act=AuditContext.of(by, now=NOW, ticket="INC7")
    )


def row(device: int, name: str) -> FieldValue:
    return next(each for each in values(detail(device, now=NOW)).rows if each.name == name)


def test_the_winner_is_shown_everywhere_and_the_contradiction_leaves_the_list(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    one, other = pair
    assert (now_of(one).serial, now_of(one).disagrees) == ("PF3XK2", ["os", "serial"])
    settled(other, ivan)
    assert (now_of(one).serial, now_of(one).disagrees) == ("PF4YL3", ["os"])
    settled(other, ivan, "os")
    assert (now_of(one).os_name, now_of(one).os_family, now_of(one).disagrees) == ("Debian 13", "linux", [])
    change = Change.objects.filter(kind=ChangeKind.SETTLED, field="serial").get()
    assert (change.before, change.after, change.reason, change.ticket, change.actor_name) == (
        "PF3XK2",
        "PF4YL3",
        "read the sticker",
        "INC7",
        "ivan",
    )
    assert AuditEvent.objects.filter(action="disagreement settled").count() == 2


def test_it_ends_by_itself_when_a_vendor_says_something_else(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    one, other = pair
    settled(other, ivan, "os")
    summarise([one.device_id], NOW)
    Sighting.objects.filter(pk=one.pk).update(model="HP", stale=True)
    summarise([one.device_id], NOW)
    assert Settlement.objects.get().ended_at is None, "neither another field nor silence is another word"
    Sighting.objects.filter(pk=one.pk).update(os_family="macos", stale=False)
    summarise([one.device_id], NOW)
    ended = Settlement.objects.get()
    assert (ended.ended_at, ended.ended_by_name) == (NOW, "")
    assert (now_of(one).os_name, now_of(one).disagrees) == ("Windows 11", ["os", "serial"])
    last = Change.objects.filter(kind=ChangeKind.SETTLED).latest("pk")
    assert (last.field, last.after, last.actor_name, last.reason) == ("os", "", "", "")


def test_it_ends_when_another_vendor_joins_in_with_a_word_of_its_own(
    pair: tuple[Sighting, Sighting], accounts: dict[str, Account], ivan: User
) -> None:
    settled(pair[1], ivan, "os")
    shown.sighting(accounts["opswat"], "nb-1", device=now_of(pair[0]), os_family="linux")
    assert Settlement.objects.get().ended_at is not None


def test_it_ends_when_the_winner_leaves_the_device(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    settled(pair[1], ivan)
    device = pair[0].device_id
    Sighting.objects.filter(pk=pair[1].pk).update(device=Device.objects.create(created_at=NOW))
    summarise([device], NOW)
    assert Settlement.objects.get().ended_at is not None


def test_it_ends_when_its_device_becomes_part_of_another(pair: tuple[Sighting, Sighting], accounts: dict[str, Account], ivan: User) -> None:
    older = Device.objects.create(pk=1, created_at=NOW)
    first = shown.sighting(accounts["opswat"], "nb-0", device=older)
    settled(pair[1], ivan, "os")
    link(pair[0].device_id, first.device_id, reason="same sticker", act=AuditContext.of(ivan, now=NOW))
    assert Settlement.objects.get().ended_at is not None
    assert row(now_of(Sighting.objects.get(pk=pair[0].pk)).pk, "os").value == "Windows 11"


def test_a_winner_that_its_vendor_lists_no_more_does_not_hide_the_others(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    settled(pair[1], ivan)
    Sighting.objects.filter(pk=pair[1].pk).update(life=Life.MISSING)
    summarise([pair[0].device_id], NOW)
    assert now_of(pair[0]).serial == "PF3XK2"


def test_different_statuses_are_no_conflict_that_could_be_resolved(accounts: dict[str, Account], ivan: User) -> None:
    one = shown.sighting(accounts["five9s"], "nb-1", state="critical")
    other = shown.sighting(accounts["eset"], "nb-1", device=one.device, state="ok")
    with pytest.raises(ActionRefused):
        settled(other, ivan, "state")
    device = now_of(one)
    assert (device.state, device.disagrees) == ("critical", [])
    assert (row(device.pk, "state").value, row(device.pk, "state").others) == ("Critical", [])


def test_taken_back_the_table_decides_again(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    one, other = pair
    made = settled(other, ivan)
    assert settling.remove_override(made.pk, device=one.device_id, act=AuditContext.of(ivan, now=NOW)) == "serial"
    assert (now_of(one).serial, now_of(one).disagrees) == ("PF3XK2", ["os", "serial"])
    assert AuditEvent.objects.filter(action="settlement ended").exists()
    with pytest.raises(ActionRefused, match="Already open"):
        settling.remove_override(made.pk, device=one.device_id, act=AuditContext.of(ivan, now=NOW))


def test_sent_twice_it_is_settled_once_and_another_winner_takes_its_place(pair: tuple[Sighting, Sighting], ivan: User) -> None:
    one, other = pair
    assert settled(other, ivan).pk == settled(other, ivan).pk
    settled(one, ivan, reason="no, the other sticker")
    assert Settlement.objects.get(ended_at=None).sighting_id == one.pk
    assert now_of(one).serial == "PF3XK2"


@pytest.mark.parametrize("reason", ["", "  ", "a\0b", "x" * 10_000])
def test_it_needs_a_reason_of_reasonable_length(pair: tuple[Sighting, Sighting], ivan: User, reason: str) -> None:
    with pytest.raises(ActionRefused, match=r"(Enter a reason|shorten)"):
        settled(pair[1], ivan, reason=reason)


@pytest.mark.parametrize(("field", "offset"), [("name", 0), ("colour", 0), ("serial", 999)])
def test_only_what_differs_can_be_settled(pair: tuple[Sighting, Sighting], ivan: User, field: str, offset: int) -> None:
    with pytest.raises(ActionRefused, match="No conflict to resolve"):
        settling.override_field(
            pair[0].device_id, field=field, sighting=pair[1].pk + offset, reason="x", act=AuditContext.of(ivan, now=NOW)
        )


class TestThePages:
    def test_only_it_staff_may_settle(self, client: Client, pair: tuple[Sighting, Sighting], bob: User, charlie: User) -> None:
        address = f"/devices/{pair[0].device_id}/settle/"
        for user in (bob, charlie):
            client.force_login(user)
            asked = {"field": "serial", "sighting": str(pair[1].pk), "reason": "x"}
            assert client.get(address, asked).status_code == client.post(address, asked).status_code == 403
            assert client.post(f"{address}1/take-back/").status_code == 403
        client.force_login(bob)
        text = client.get(f"/devices/{pair[0].device_id}/").content.decode()
        assert ">Conflict<" in text and "Use this source" not in text
        assert not Settlement.objects.exists()

    def test_a_contradiction_is_settled_and_opened_again(self, client: Client, pair: tuple[Sighting, Sighting], ivan: User) -> None:
        client.force_login(ivan)
        page = f"/devices/{pair[0].device_id}/"
        assert "2 conflicts" in client.get(page).content.decode()
        asked = {"field": "serial", "sighting": str(pair[1].pk), "ticket": "INC9"}
        form = client.get(f"{page}settle/", asked).content.decode()
        assert "Serial of nb-1: use ESET" in form and "instead of “PF3XK2”" in form
        missing = client.post(f"{page}settle/", asked)
        assert missing.status_code == 422 and "Enter a reason" in missing.content.decode()
        done = client.post(f"{page}settle/", {**asked, "reason": "read the <b>sticker</b>"})
        assert done["Location"] == f"{page}?tab=matching&ticket=INC9"
        text = client.get(page).content.decode()
        assert "Serial: conflict resolved" in text and "Resolved by ivan" in text and "read the &lt;b&gt;sticker&lt;/b&gt;" in text
        client.post(f"{page}settle/{Settlement.objects.get().pk}/take-back/")
        assert "Serial: conflict reopened" in client.get(page).content.decode()
        assert now_of(pair[0]).serial == "PF3XK2"

    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"field": "serial"},
            {"field": "serial", "sighting": "x"},
            {"field": "\0", "sighting": "1"},
            {"field": "serial", "sighting": "9" * 30},
        ],
    )
    def test_an_address_that_means_nothing_is_not_found(
        self, client: Client, pair: tuple[Sighting, Sighting], ivan: User, asked: dict[str, str]
    ) -> None:
        client.force_login(ivan)
        assert client.get(f"/devices/{pair[0].device_id}/settle/", asked).status_code == 404
        assert client.post(f"/devices/{2**70}/settle/", asked).status_code == 404
        assert client.post(f"/devices/{pair[0].device_id}/settle/{2**70}/take-back/").status_code == 302

    def test_a_device_of_one_vendor_has_nothing_to_compare(self, client: Client, accounts: dict[str, Account], bob: User) -> None:
        one = shown.sighting(accounts["eset"], "nb-1")
        client.force_login(bob)
        assert "Data sources" not in client.get(f"/devices/{one.device_id}/").content.decode()


TEXT = st.sampled_from(["", "unknown", "A", "B"])
VIEW = st.fixed_dictionaries(
    {
        **dict.fromkeys(("name", "serial", "user", "os_name", "model"), TEXT),
        "state": st.sampled_from(["ok", "attention", "critical", "unknown"]),
        "life": st.sampled_from([Life.SEEN, Life.SEEN, Life.MISSING, Life.GONE]),
        "stale": st.booleans(),
    }
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.permutations(["five9s", "eset", "opswat", "eset"]), st.lists(VIEW, min_size=2, max_size=4), st.integers(0, 3))
def test_the_page_names_the_source_of_what_the_list_shows(
    accounts: dict[str, Account], order: list[str], views: list[dict[str, Any]], chosen: int
) -> None:
    """For any records and any chosen source, the value of the summary is the value of the source on the page."""
    device = None
    made = []
    for vendor, columns in zip(order, views, strict=False):
        name = columns.pop("name") if "name" in columns else ""
        made.append(shown.sighting(accounts[vendor], name, device=device, **columns))
        device = made[0].device
    assert device is not None
    winner = made[chosen % len(made)]
    for field in ("name", "os"):
        words = {"told": "", "reason": "x", "made_by_name": "ivan", "made_at": NOW}
        Settlement.objects.create(device=device, field=field, sighting=winner, **words)
    summarise([device.pk], NOW)
    found = detail(device.pk, now=NOW)
    for each in values(found).rows:
        if each.name == "group":
            continue
        if each.source is None:
            assert each.value in ("", "Unknown")
        elif each.value:
            assert each.source.value == each.value, each.name
    assert row(device.pk, "state").value == found.verdict.state.label
