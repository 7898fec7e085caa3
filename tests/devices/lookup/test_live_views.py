"""Live lookup: a job against a simulated vendor, followed until the device is found or confirmed as not found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from devices.models import Account, AuditEvent, JobState, SyncRun, User
from sandbox.fleet.machine import Machine
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.devices import rows as shown
from tests.devices.runs import Follower, account_at
from vendors.parsing.hardware_uuid import turned

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def ask(client: Client, account: str, q: str, **headers: str) -> str:
    return client.post("/d/ask/", {"account": account, "q": q}, headers=headers).content.decode()


def watched(client: Client, run: SyncRun) -> str:
    return " ".join(client.get(f"/d/asked/{run.pk}/", headers=HTMX).content.decode().split())


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Simulation]:
    with running(devices=120, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False, five9s_name_length=15)) as simulation:
        yield simulation


@pytest.fixture
def account(sandbox: Simulation) -> Account:
    return account_at(sandbox.url, "five9s", name="epm")


def test_an_unknown_name_ends_in_proof_of_absence(client: Client, ivan: User, account: Account) -> None:
    client.force_login(ivan)
    fragment = ask(client, "epm", "no-such-pc", **HTMX)
    run = SyncRun.objects.get()
    assert (run.kind, run.interactive, run.requested_by) == ("named", True, ivan)
    assert f'hx-get="/d/asked/{run.pk}/"' in fragment and "every 2s" in fragment
    assert f'hx-get="/d/asked/{run.pk}/"' in watched(client, run)
    run = Follower().follow(run)
    answer = watched(client, run)
    assert "Not found in epm" in answer and "DevicesNotFound" in answer
    assert f"{run.finished_at:%Y-%m-%d %H:%M:%S}" in answer
    assert "hx-get" not in answer
    [event] = AuditEvent.objects.filter(action="refresh asked")
    assert (event.actor, event.target, event.detail["names"]) == (ivan, "epm", ["no-such-pc", "nosuchpc"])


def test_a_name_that_the_vendor_knows_ends_in_a_link(client: Client, ivan: User, account: Account, sandbox: Simulation) -> None:
    client.force_login(ivan)
    name = sandbox.fleet.entry("five9s", 3).machine.hostname
    ask(client, "epm", f"host:{name}", **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    assert "Found in epm" in answer and 'href="/devices/' in answer


def test_however_many_ask_there_is_one_job_and_no_vendor_call_in_the_request(client: Client, ivan: User) -> None:
    account = shown.account("epm", "five9s")
    client.force_login(ivan)
    for _ in range(3):
        ask(client, "epm", "no-such-pc", **HTMX)
    assert [(run.calls, run.state) for run in SyncRun.objects.filter(account=account)] == [(0, "requested")]


def test_without_scripts_the_page_comes_back_with_the_question(client: Client, ivan: User) -> None:
    shown.account("epm", "five9s")
    client.force_login(ivan)
    answer = client.post("/d/ask/", {"account": "epm", "q": "no-such-pc", "ticket": "INC4"}, follow=True)
    run = SyncRun.objects.get()
    assert answer.redirect_chain == [(f"/d/?q=no-such-pc&ticket=INC4&asked={run.pk}", 302)]
    assert b"Searching epm for no-such-pc" in answer.content and b'value="no-such-pc"' in answer.content


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"state": JobState.FAILED, "error": "five(9)s is down.", "error_next_step": "Wait."},
            "Query of epm failed</strong> five(9)s is down. Wait.",
        ),
        ({"state": JobState.DONE}, "did not confirm that the device does not exist"),
        ({"state": JobState.DONE, "absent": ["another"]}, "did not confirm that the device does not exist"),
    ],
)
def test_no_answer_is_no_proof(client: Client, ivan: User, columns: dict[str, object], words: str) -> None:
    now = timezone.now()
    values = {
        "kind": "named",
        "scope": {"hostnames": ["pc-1"], "serials": ["pc-1"]},
        "created_at": now,
        "next_step_at": now,
        "finished_at": now,
    }
    run = SyncRun.objects.create(account=shown.account("epm", "five9s"), **values, **columns)
    client.force_login(ivan)
    assert words in watched(client, run)


def test_lists_and_unknown_runs_are_not_shown(client: Client, bob: User) -> None:
    run = shown.fetch(shown.account("epm", "five9s"))
    client.force_login(bob)
    for number in (run.pk, 0, 2**63, 10**30):
        assert client.get(f"/d/asked/{number}/", headers=HTMX).status_code == 404
        assert client.get("/d/", {"q": "none", "asked": str(number)}).status_code == 200


def test_helpdesk_reads_who_may_ask_and_is_refused(client: Client, bob: User) -> None:
    shown.account("epm", "five9s")
    client.force_login(bob)
    page = client.get("/d/?q=no-such-pc").content.decode()
    assert "Ask IT staff to query five(9)s." in page and 'action="/d/ask/"' not in page
    assert client.post("/d/ask/", {"account": "epm", "q": "no-such-pc"}).status_code == 403
    assert not SyncRun.objects.exists()


@pytest.mark.parametrize("term", ["user:anna", "00:1b:21:aa:bb:01", "%", "anna@corp", "10.0.50.17", "a; b", "x" * 100, ""])
def test_what_no_name_is_is_neither_offered_nor_asked(client: Client, ivan: User, term: str) -> None:
    shown.account("epm", "five9s")
    client.force_login(ivan)
    assert 'action="/d/ask/"' not in client.get("/d/", {"q": term}).content.decode()
    assert "be queried for" in ask(client, "epm", term, **HTMX)
    assert not SyncRun.objects.exists()


def test_an_account_that_cannot_answer_is_not_asked(client: Client, ivan: User) -> None:
    shown.account("eset-main", "eset")
    Account.objects.filter(pk=shown.account("epm", "five9s").pk).update(enabled=False, complete_at=timezone.now() - timedelta(days=9))
    client.force_login(ivan)
    page = client.get("/d/?q=no-such-pc").content.decode()
    assert 'action="/d/ask/"' not in page
    for name in ("eset-main", "epm"):
        assert "be queried for" in ask(client, name, "no-such-pc", **HTMX)
    assert client.post("/d/ask/", {"account": "none", "q": "no-such-pc"}).status_code == 404
    assert client.get("/d/ask/").status_code == 405


# -- every form that the vendor may hold ----------------------------------------------------------------------------------


def machines(sandbox: Simulation) -> list[Machine]:
    """Those that the core lists, whose names and serials nobody else has."""
    fleet = sandbox.fleet
    listed = [fleet.entry("five9s", place).machine for place in range(fleet.total("five9s"))]
    names, serials = Counter(each.hostname.upper()[:15] for each in listed), Counter(each.serial for each in listed)
    return [each for each in listed if names[each.hostname.upper()[:15]] == 1 and serials[each.serial] == 1]


def virtual(sandbox: Simulation) -> str:
    return next(each.serial for each in machines(sandbox) if each.serial.startswith("VMware-"))


def physical(sandbox: Simulation) -> str:
    return next(each.serial for each in machines(sandbox) if each.serial.isalnum())


def named_at_length(sandbox: Simulation) -> str:
    return next(each.hostname for each in machines(sandbox) if len(each.hostname) > 15 and "." not in each.hostname)


def named(sandbox: Simulation) -> str:
    return next(each.hostname for each in machines(sandbox) if 5 < len(each.hostname) <= 15)


def uuid_of(serial: str) -> str:
    return str(UUID("".join(letter for letter in serial.removeprefix("VMware-") if letter.isalnum())))


NOTATIONS: dict[str, Callable[[Simulation], str]] = {
    "serial with a blank": lambda sandbox: f"{physical(sandbox)[:2]} {physical(sandbox)[2:]}".lower(),
    "serial with dashes": lambda sandbox: "-".join((physical(sandbox)[:3], physical(sandbox)[3:])),
    "serial behind a prefix": lambda sandbox: f"sn: {physical(sandbox)[:4]} {physical(sandbox)[4:]}",
    "serial in wide letters": lambda sandbox: "".join(chr(ord(letter) + 0xFEE0) for letter in physical(sandbox)),
    "VMware as its maker writes it": virtual,
    "VMware without blanks": lambda sandbox: virtual(sandbox).replace(" ", ""),
    "VMware in capitals, without any sign": lambda sandbox: virtual(sandbox).replace(" ", "").replace("-", "").upper(),
    "VMware without its word": lambda sandbox: virtual(sandbox).removeprefix("VMware-"),
    "name in small letters": lambda sandbox: named(sandbox).lower(),
    "name with a domain": lambda sandbox: f"{named(sandbox)}.corp.example",
    "name with a full stop": lambda sandbox: f"{named(sandbox)}.",
    "long name": named_at_length,
    "long name with a domain": lambda sandbox: f"{named_at_length(sandbox)}.corp.example",
    "serial on a label": lambda sandbox: f"S/N: {physical(sandbox)}",
    "serial behind the S of a bar code": lambda sandbox: f"S{physical(sandbox)}",
    "serial behind a machine type": lambda sandbox: f"20XWCTO1WW/{physical(sandbox)}",
    "serial in asterisks": lambda sandbox: f"*{physical(sandbox)}*",
    "serial with a full stop": lambda sandbox: f"{physical(sandbox)}.",
    "serial in a sentence": lambda sandbox: f"please check {physical(sandbox)} today",
    "VMware as the UUID that vCenter shows": lambda sandbox: uuid_of(virtual(sandbox)),
    "VMware as the UUID in the other byte order": lambda sandbox: turned(uuid_of(virtual(sandbox))),
    "name in a path": lambda sandbox: f"\\\\{named(sandbox)}\\c$",
    "name as a computer account": lambda sandbox: f"CORP\\{named(sandbox)}$",
    "name in a URL": lambda sandbox: f"https://{named(sandbox).lower()}.corp.example/x",
    "name in quotation marks": lambda sandbox: f"„{named(sandbox)}“",
    "name in a sentence": lambda sandbox: f"laptop {named(sandbox)} does not start",
    "long name behind a prefix": lambda sandbox: f"host:{named_at_length(sandbox)}",
}


@pytest.mark.parametrize("notation", NOTATIONS)
def test_what_is_there_is_found_in_any_notation(client: Client, ivan: User, account: Account, sandbox: Simulation, notation: str) -> None:
    client.force_login(ivan)
    ask(client, "epm", NOTATIONS[notation](sandbox), **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    assert "Found in epm" in answer and 'href="/devices/' in answer
    assert "onfirmed" not in answer


def test_a_name_that_was_cut_says_so_where_it_is_found(client: Client, ivan: User, account: Account, sandbox: Simulation) -> None:
    client.force_login(ivan)
    name = named_at_length(sandbox)
    ask(client, "epm", f"{name[:15]}-and-more", **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    assert f'<div>Hostname: <span class="mono wrap">{name[:15]}</span></div>' in answer
    assert "This vendor stores only 15 characters of a hostname. Compare the full name with the device." in answer


def test_proof_names_the_forms_that_were_sent_and_no_other(client: Client, ivan: User, account: Account, sandbox: Simulation) -> None:
    client.force_login(ivan)
    ask(client, "epm", "BERLIN-NOTEBOOK-0042.corp.example", **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    claim, _, rest = answer.partition("Confirmed for exactly these names at that time.")
    assert re.findall(r'<span class="mono wrap">([^<]*)</span>', claim) == ["BERLIN-NOTEBOOK"]
    assert re.findall(r'<span class="mono wrap">([^<]*)</span>', rest) == ["BERLIN-NOTEBOOK-0042.corp.example", "BERLIN-NOTEBOOK-0042"]
    assert "Not confirmed (this vendor stores only 15 characters of a hostname):" in rest
    scope = SyncRun.objects.get().walk_scope
    assert scope.hostnames == ("BERLIN-NOTEBOOK-0042.corp.example", "BERLIN-NOTEBOOK-0042", "BERLIN-NOTEBOOK")
    assert scope.serials == ()  # a name with a domain is no serial


@pytest.mark.parametrize(
    ("text", "hosts", "serials"),
    [
        ("1S20XWCTO1WWPF3XK2ZZ", None, ["1S20XWCTO1WWPF3XK2ZZ", "PF3XK2ZZ", "20XWCTO1WWPF3XK2ZZ"]),
        ("sn:PF-0ZZZZZ", [], ["PF-0ZZZZZ", "PF0ZZZZZ"]),
        ("4c4c4544-005a-4210-8043-b1c04f443233", [], None),
        ("laptop NB-9999 does not start", ["NB-9999"], ["NB-9999", "NB9999"]),
        ("\\\\NB-9999\\share", ["NB-9999"], []),
        ("280-049-666-7", None, ["280-049-666-7", "2800496667", "1ABCD23"]),
    ],
)
def test_the_question_has_each_form_and_the_answer_names_them(
    client: Client, ivan: User, account: Account, *, text: str, hosts: list[str] | None, serials: list[str] | None
) -> None:
    client.force_login(ivan)
    ask(client, "epm", text, **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    scope = SyncRun.objects.get().walk_scope
    assert hosts is None or list(scope.hostnames) == hosts
    assert serials is None or list(scope.serials) == serials
    shown = re.findall(r'<span class="mono wrap">([^<]*)</span>', answer)
    assert "Not found in epm" in answer and sorted(shown) == sorted((*scope.hostnames, *scope.serials))


def test_the_serial_in_a_uuid_is_asked_for(client: Client, ivan: User) -> None:
    shown.account("epm", "five9s")
    client.force_login(ivan)
    ask(client, "epm", "4c4c4544-0041-4210-8043-b1c04f443233", **HTMX)
    assert "1ABCD23" in SyncRun.objects.get().walk_scope.serials


def test_an_absent_serial_is_proven_in_every_form(client: Client, ivan: User, account: Account) -> None:
    client.force_login(ivan)
    ask(client, "epm", "sn:qq 77-zz", **HTMX)
    answer = watched(client, Follower().follow(SyncRun.objects.get()))
    assert re.findall(r'<span class="mono wrap">([^<]*)</span>', answer) == ["qq 77-zz", "qq77-zz", "qq77zz"]
    assert "Not found in epm" in answer and "<div>Serial number:" in answer and "Hostname:" not in answer
