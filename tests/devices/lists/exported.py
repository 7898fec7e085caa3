"""Every export of Rollcall, and rows whose free texts attack a spreadsheet or look as if they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from urllib.parse import urlencode

from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from devices.audit import log as audit
from devices.audit.context import AuditContext
from devices.device_list.columns import COLUMNS
from devices.issues.decisions import IssueDecision, decide
from devices.models import Account, Device, DeviceTag, JobState, Sighting, Standing, Triage, User
from installers.models import Handout, Way
from tests.devices import alerts
from tests.devices import rows as shown
from tests.installers import rows as registered
from tests.patching import rows as patched
from vendors.states import IdKind

# Text of a vendor or user → its cell in a CSV file.
HOSTILE = {
    "=1+1": "'=1+1",
    "-1+1": "'-1+1",
    "+1+1": "'+1+1",
    "+49-30-1234": "'+49-30-1234",
    "@SUM(A1)": "'@SUM(A1)",
    "\t=1+1": "' =1+1",
    "\r=1+1": "' =1+1",
    "\n=1+1": "' =1+1",
    "  =1+1": "'  =1+1",
    "\u200b=1+1": "'\u200b=1+1",
    "\ufeff=1+1": "'\ufeff=1+1",
    "＝1+1": "'＝1+1",
    '"=1+1': "'\"=1+1",
    "x;=1+1": "x;'=1+1",
    "x; =1+1": "x;' =1+1",
    "x;\t=1+1": "x;' =1+1",
    "x;\u200b＝1+1": "x;'\u200b＝1+1",
    'x;"=1+1"': 'x;\'"=1+1"',
    'x";=1+1': "x\";'=1+1",
    "x\t=1+1": "x =1+1",
    "x|=1+1": "x|'=1+1",
    "x||=1+1": "x|'|'=1+1",
    "x;-5": "x;'-5",
    "x;;@SUM(A1)": "x;;'@SUM(A1)",
    'x;"': 'x;"',
    "a,b;=1+1": "a,b;'=1+1",
    "ö;+1+1;=2": "ö;'+1+1;'=2",
}
HARMLESS = (
    *("+49 30 1234-56", "(030) 123", "x; +49 (0)30 1234", "00123456", "7E10", "-5", "-4.5", "+1", "2026-11-30", "2026-11-30T09:12:00Z"),
    *("plain text", 'say "hi"', "it's", "a=b", "NB-0042", "a, b; c", "_x0041_", "<r>a</r>", "&amp;"),
)  # fmt: skip
TEXTS = (*HOSTILE, *HARMLESS)
CELLS = {**HOSTILE, **{text: text for text in HARMLESS}}
ACCOUNT = "=eset;=1"  # a name that no form would accept

Export = Callable[[Client, str], bytes]
ARGUMENTS = {
    "devices:export": "life=all&cols=" + ",".join(key for key in COLUMNS if key != "name"),
    "devices:coverage_as_of_file": urlencode({"account": ACCOUNT, "cover": "fresh"}) + "&date={today}",
    "devices:issues_file": "rows=issues&standing=all",
    "patching:patches_file": "status=all",
    "patching:attempts_file": "period=all",
}


def addresses() -> dict[str, Callable[..., Any]]:
    """Name of each address with a format, and its view."""
    return dict(_formats(get_resolver().url_patterns, ""))


def exports() -> dict[str, Export]:
    """By the name of the address. A pasted list is sent by POST, at an address without a format."""
    return {**{name: _at(name) for name in addresses()}, "devices:lookup_list": _pasted}


def arguments_of(name: str) -> str:
    return ARGUMENTS.get(name, "").format(today=timezone.localdate())


def commands() -> dict[str, str]:
    """The files of the command line, without their byte order mark."""
    lines = {"export devices": ("export", "devices", "--format", "csv"), "audit export": ("audit", "export", "--format", "csv")}
    return {name: _printed(*line) for name, line in lines.items()}


def plant(alice: User) -> None:
    """A row of each kind for each text: every free text of the row is that text."""
    eset = shown.account(ACCOUNT, "eset")
    for number, text in enumerate(TEXTS):
        _plant(text, number, eset, alice)
    shown.fetch(eset, state=JobState.DONE, finished_at=timezone.now())
    now = timezone.now()
    decide([row.handle for row in alerts.listed()], IssueDecision(Standing.MUTED, reason="x"), act=AuditContext.of(alice, now=now))
    for decision, text in zip(Triage.objects.order_by("pk"), TEXTS, strict=True):
        Triage.objects.filter(pk=decision.pk).update(reason=text, ticket=text, by_name=text)


def _plant(text: str, number: int, eset: Account, alice: User) -> None:
    now = timezone.now()
    record = shown.sighting(
        eset, f"pc-{number}", group_name=text, user=text, issues=[(text, "critical")], ids=[(IdKind.SERIAL, serial(number))]
    )
    record.issues.update(raw=text)
    Sighting.objects.filter(pk=record.pk).update(name=text, serial=text, user=text, os_name=text)  # coverage of a date is made of records
    Device.objects.filter(pk=record.device_id).update(name=text, serial=text, user=text, os_name=text, model=text, disagrees=["user"])
    DeviceTag.objects.create(device=record.device, key=text, name=text, by_name=text, at=now)
    patched.title(text, developer=text)
    patched.patch(record, text, raw=text, version=text, fixes=[text])
    patched.attempt(eset, text, on=record, raw=text, before=text, after=text)
    patched.attempt(eset, text, device_ref=text)
    installer = registered.foreign(eset, text)
    Handout.objects.create(
        installer=installer, way=Way.SHORT, mark=str(number), given_at=now, given_by=alice, giver=text, recipient=text, ticket=text,
        device=record.device, expires_at=now,
    )  # fmt: skip
    act = AuditContext.of(User.objects.create(username=text), now=now, ticket=text)
    audit.record("export", act=act, target=text)


def serial(number: int) -> str:
    return f"SNR{number:04}X"


def _formats(patterns: list[URLPattern | URLResolver], space: str) -> Iterator[tuple[str, Callable[..., Any]]]:
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from _formats(each.url_patterns, f"{each.namespace}:" if each.namespace else space)
        elif "form" in each.pattern.converters:
            yield f"{space}{each.name}", each.callback


def _at(name: str) -> Export:
    def fetch(client: Client, form: str) -> bytes:
        answer = client.get(f"{reverse(name, args=[form])}?{arguments_of(name)}")
        assert answer.status_code == 200, (name, answer.status_code, answer.get("Location"))
        return bytes(answer.getvalue())

    return fetch


def _pasted(client: Client, form: str) -> bytes:
    lines = "\n".join([*(serial(number) for number in range(len(TEXTS))), *TEXTS])
    return bytes(client.post("/d/list/", {"list": lines, "format": form}).getvalue())


def _printed(*line: str) -> str:
    output = StringIO()
    call_command(*line, stdout=output)
    return output.getvalue().removeprefix("\ufeff")
