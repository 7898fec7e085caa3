"""What the list of an account proves: whether a device that it does not have is missing there, or whether nobody can tell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from devices.evidence import STRENGTH
from devices.models import Account, JobState, SyncRun
from devices.queries.aged import off_words
from vendors.registry import VENDORS


@dataclass(frozen=True, slots=True)
class Proof:
    """`doubt` says why the list proves no absence, "" when it does; `old`: what it last said of a device may have changed since."""

    account: int
    name: str
    vendor: str
    label: str
    complete_at: datetime | None
    doubt: str
    old: bool
    held_run: int | None  # what this run did not see is shown as seen until a person decides
    # By which matching would find a device in its list: a device without any of them cannot be looked for there.
    kinds: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.doubt

    @property
    def makes_installers(self) -> bool:
        vendor = VENDORS.get(self.vendor)
        return vendor is not None and vendor.offer is not None


def proofs(now: datetime) -> list[Proof]:
    """Of every account, by name. Two queries."""
    complete = (
        SyncRun.objects.filter(state=JobState.DONE, lane="list", kind="everything").order_by("account_id", "-id").distinct("account_id")
    )
    last = {run.account_id: run for run in complete}
    return [prove(account, last.get(account.pk), now) for account in Account.objects.all()]


def prove(account: Account, run: SyncRun | None, now: datetime) -> Proof:
    """`run`: the account's last complete one over everything. Runs of changes and runs that failed prove nothing, for or against."""
    vendor = VENDORS.get(account.vendor)
    late = run is not None and _late(account, run, now)
    return Proof(
        account=account.pk,
        name=account.name,
        vendor=account.vendor,
        label=vendor.label if vendor else account.vendor,
        complete_at=run.finished_at if run else None,
        doubt=_doubt(account, run, late=late),
        old=late or not account.enabled,
        held_run=run.pk if run and _withheld(run) else None,
        kinds=tuple(kind for kind in STRENGTH if vendor and kind in vendor.answers),
    )


def _doubt(account: Account, run: SyncRun | None, *, late: bool) -> str:
    if not account.enabled or account.vendor not in VENDORS:
        return f"it {off_words(account.switched_off_at)}" if account.vendor in VENDORS else "this version does not know its vendor"
    if run is None:
        return "no complete list has been fetched yet"
    if late:
        return "its last complete list is older than two intervals"
    if _withheld(run):
        next_step = "they are just being marked as missing" if run.being_applied else "a person has to decide"
        return f"{_count(run.withheld, 'device')} vanished from its list at once, and {next_step}"
    if run.unusable:
        return f"{_count(run.unusable, 'record')} of its last list could not be read"
    return ""


def _withheld(run: SyncRun) -> int:
    return run.withheld if run.applied_at is None else 0


def _late(account: Account, run: SyncRun, now: datetime) -> bool:
    """Where lists are fetched only when asked, the vendor's own interval is the measure."""
    vendor = VENDORS.get(account.vendor)
    seconds = account.full_every or (vendor.full_every if vendor else 0)
    return run.finished_at is None or now - run.finished_at > timedelta(seconds=2 * seconds)


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
