"""`manage.py installer`."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from devices.management.console import CommandRefused
from installers.management.commands.installer import follow
from installers.models import Installer, Standing
from installers.orders.job import InstallerHandler
from sandbox.eset.groups import LOST_GROUP
from sandbox.server import Simulation
from tests.devices.runs import account_at
from tests.devices.shell import manage
from tests.devices.workers import worker
from tests.installers.orders_followed import Hand, account, order

pytestmark = pytest.mark.django_db
KEYS = {
    *("id", "account", "name", "os", "state", "language", "group", "ticket", "expires", "created", "created_by", "usable", "products"),
    *("ordered_through", "needs_person", "error", "next_step", "remark"),
}


def installer(*arguments: str) -> str:
    out = io.StringIO()
    call_command("installer", *arguments, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_an_order_is_written_down_and_without_workers_the_command_says_so(sim: Simulation) -> None:
    account(sim)
    text = installer("create", "eset-demo", "--os", "windows", "--name", "Reception", "--group", "lost & found", "--ticket", "INC1")
    row = Installer.objects.get()
    assert f"Installer {row.pk}" in text and "is requested" in text
    assert (row.purpose, row.group_id, row.ticket, row.requested_by) == ("Reception", LOST_GROUP, "INC1", None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--os", "windows", "--language", "klingon"), r"There is no language 'klingon': --language takes .*en-us, .*de-de"),
        (("--os", "amiga"), r"There is no operating system 'amiga': --os takes windows or macos\."),
        (("--os", "windows", "--group", "nosuch"), r"--group takes .*Lost & found"),
    ],
)
def test_what_an_option_does_not_take_is_refused_with_what_it_takes(sim: Simulation, arguments: tuple[str, ...], words: str) -> None:
    account(sim)
    with pytest.raises(CommandRefused, match=words):
        installer("create", "eset-demo", *arguments)
    assert not Installer.objects.exists()


def test_the_help_lists_the_languages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        installer("create", "--help")
    assert "Languages of ESET" in (told := capsys.readouterr().out) and "de-de" in told.split("Languages of ESET")[1]


@pytest.mark.django_db(transaction=True)
def test_waiting_follows_it_until_it_is_ready_and_never_prints_the_link(sim: Simulation) -> None:
    account(sim)
    with worker(InstallerHandler):
        text = installer("create", "eset-demo", "--os", "macos", "--language", "de-de", "--wait", "--json")
    told = json.loads(text)
    assert set(told) == KEYS and (told["state"], told["os"], told["language"]) == ("ready", "macos", "de-de")
    assert "canary" not in text and "http" not in text
    with worker(InstallerHandler):
        assert "is being revoked" in installer("revoke", str(told["id"]))
        ended = follow(Installer.objects.get(), warn=lambda _: None)
    assert ended.standing == Standing.REVOKED


@pytest.mark.django_db(transaction=True)
def test_waiting_for_one_that_fails_is_a_failure_with_the_reason(sim: Simulation) -> None:
    account(sim)
    sim.options.eset_installer_rights = "list"
    with worker(InstallerHandler), pytest.raises(CommandRefused, match="access was denied"):
        installer("create", "eset-demo", "--os", "windows", "--wait")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("create", "nobody", "--os", "windows"), "no account"),
        (("create", "opswat-demo", "--os", "windows"), "cannot create installers"),
        (("create", "eset-demo", "--os", "linux"), "cannot create installers for Linux"),
        (("create", "eset-demo", "--os", "windows", "--group", "Servers"), "static group"),
        (("create", "eset-demo", "--os", "windows", "--language", "tlh"), "language"),
        (("revoke", "7"), "no installer 7"),
        (("revoke", "9" * 30), "no installer"),
    ],
)
def test_what_cannot_be_is_one_sentence(sim: Simulation, arguments: tuple[str, ...], sentence: str) -> None:
    account(sim)
    account_at(sim.url, "opswat")
    with pytest.raises(CommandRefused, match=sentence):
        installer(*arguments)
    assert not Installer.objects.exists()


def test_a_name_that_two_groups_have_needs_the_id(sim: Simulation) -> None:
    at = account(sim)
    at.groups.create(external_id="other", name="Lost & Found", static=True)
    with pytest.raises(CommandRefused, match="enter the id"):
        installer("create", "eset-demo", "--os", "windows", "--group", "Lost & found")
    installer("create", "eset-demo", "--os", "windows", "--group", LOST_GROUP)


def test_the_list_shows_state_end_and_who(sim: Simulation, hand: Hand) -> None:
    assert "No installers." in installer("list") and json.loads(installer("list", "--json")) == []
    made = hand.follow(order(account(sim)))
    line = installer("list")
    assert f"{made.pk}  eset-demo  windows  ready  until {made.expires_at:%Y-%m-%d}  -  {made.name}" in line
    (told,) = json.loads(installer("list", "--json"))
    assert set(told) == KEYS and told["id"] == made.pk and "canary" not in line


def test_nobody_waits_for_ever_without_a_worker(sim: Simulation) -> None:
    moments = iter(range(0, 1000, 10))
    said: list[str] = []
    with pytest.raises(CommandRefused, match="no worker reports"):
        follow(order(account(sim)), warn=said.append, clock=lambda: float(next(moments)), pause=lambda _: None)
    assert said


@pytest.mark.django_db(transaction=True)
def test_from_a_shell_the_exit_code_tells(sim: Simulation) -> None:
    account(sim)
    code, out, err = manage("installer", "create", "eset-demo", "--os", "linux")
    assert (code, out) == (1, "") and "cannot create installers for Linux" in err and "Traceback" not in err
