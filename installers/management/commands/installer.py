"""`manage.py installer create|list|revoke`. Links are never printed: they are shared on the pages, where each delivery is logged."""

from __future__ import annotations

import time
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from textwrap import fill
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from devices.audit.context import AuditContext
from devices.errors import ActionRefused
from devices.jobs import heartbeat
from devices.management.console import STOPPED, CommandRefused, account_named, visible
from devices.management.console import Command as ConsoleCommand
from devices.models import Account, DeviceGroup
from installers.models import Installer, Standing
from installers.orders import services
from installers.orders.requests import InstallerRequest
from installers.register import queries
from vendors.installer_api import InstallerOptions
from vendors.registry import VENDORS
from vendors.states import Family

PAUSE = 0.5  # seconds between two reads of the row
MOST_GROUPS = 20  # named in an error
WIDTH = 110
PATIENCE = 60.0  # seconds without a worker before the command stops waiting


class Command(ConsoleCommand):
    help = "Create, list and revoke installers at a vendor."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = self.add_actions(parser, "create|list|revoke")
        create = actions.add_parser("create", help="create an installer")
        create.add_argument("account")
        create.add_argument("--os", required=True, dest="family", metavar="windows|macos")
        create.add_argument("--name", default="Installer from the command line", help="name, here and at the vendor")
        create.add_argument("--language", default="", metavar="CODE", help="for example de-de, see below; falls back to English")
        create.formatter_class = RawDescriptionHelpFormatter
        create.epilog = "\n\n".join(
            fill(f"Languages of {vendor.label}: {_languages(vendor.offer)}", WIDTH, break_on_hyphens=False)
            for vendor in VENDORS.values()
            if vendor.offer
        )
        create.add_argument("--group", default="", metavar="NAME|ID", help="a static group")
        create.add_argument("--ticket", default="")
        create.add_argument("--wait", action="store_true", help="wait until it is ready or failed")
        create.add_argument("--json", action="store_true", dest="as_json")
        listed = actions.add_parser("list", help="all installers, created in Rollcall or at the vendor")
        listed.add_argument("--json", action="store_true", dest="as_json")
        actions.add_parser("revoke", help="delete an installer at the vendor").add_argument("id", type=int)

    def handle(self, *_args: Any, action: str, **options: Any) -> None:
        try:
            if action == "create":
                self._create(**options)
            elif action == "list":
                self._list(as_json=options["as_json"])
            else:
                self._revoke(options["id"])
        except ActionRefused as problem:
            raise CommandRefused(_with_values(problem, options)) from None

    def _create(
        self, *, account: str, family: str, name: str, language: str, group: str, ticket: str, wait: bool, as_json: bool, **_options: Any
    ) -> None:
        at = account_named(account)
        wish = InstallerRequest(purpose=name, family=family.lower(), language=language, group=_group_id(at, group))
        installer = services.order(at, key=services.new_key(), wish=wish, act=AuditContext(timezone.now(), ticket=ticket))
        if wait:
            installer = self._followed(installer)
        if as_json:
            self.say_json(queries.as_json(installer))
        elif installer.standing == Standing.READY:
            until = f" until {installer.expires_at:%Y-%m-%d}" if installer.expires_at else ""
            self.say(f"Installer {installer.pk}, {installer.name}, is ready{until}. Share its link on its page.")
        else:
            self.say(f"Installer {installer.pk}, {installer.name}, is {installer.get_standing_display().lower()}.")
        if wait and installer.standing != Standing.READY:
            raise CommandRefused(f"{installer.error or installer.remark} {installer.error_next_step}".strip())
        if not wait and (trouble := heartbeat.sentence()):
            self.warn(trouble)

    def _followed(self, installer: Installer) -> Installer:
        try:
            return follow(installer, warn=self.warn)
        except KeyboardInterrupt:
            raise CommandRefused(f"Stopped waiting. Installer {installer.pk} is still being created.", code=STOPPED) from None

    def _list(self, *, as_json: bool) -> None:
        rows = queries.with_origin(Installer.objects.defer("link")).select_related("account", "requested_by")
        if as_json:
            self.say_json([queries.as_json(each) for each in rows])
            return
        for each in map(queries.as_json, rows):
            ends = f"until {each['expires'][:10]}" if each["expires"] else "no expiry date"
            self.say(f"{each['id']}  {each['account']}  {each['os']}  {each['state']}  {ends}  {each['created_by'] or '-'}  {each['name']}")
        if not rows:
            self.say("No installers. Create one with `manage.py installer create`.")

    def _revoke(self, pk: int) -> None:
        installer = Installer.objects.filter(pk=pk).first() if 0 < pk < 2**63 else None
        if installer is None:
            raise CommandRefused(f"There is no installer {pk}. `manage.py installer list` shows all.")
        services.revoke(installer, act=AuditContext(timezone.now()))
        self.say(f"Installer {pk} is being revoked. `manage.py installer list` shows its state.")
        if trouble := heartbeat.sentence():
            self.warn(trouble)


def _group_id(account: Account, given: str) -> str:
    """A static group by its id or, where only one has it, its name. Raises CommandRefused."""
    if not given or "\0" in given:
        return given
    named = DeviceGroup.objects.filter(account=account, static=True, name__iexact=given).values_list("external_id", flat=True)[:2]
    if len(named) > 1:
        raise CommandRefused(f"Several static groups of {account.name} are named {given!r}: enter the id of one.")
    return str(named[0]) if named else given


def follow(
    installer: Installer,
    *,
    warn: Callable[[str], None],
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], None] = time.sleep,
) -> Installer:
    """The installer when its job has ended. Raises CommandRefused when no worker reports for `patience` seconds."""
    silent_since: float | None = None
    while True:
        current = Installer.objects.defer("link").select_related("account", "requested_by").get(pk=installer.pk)
        if not current.active:
            return current
        trouble = heartbeat.sentence()
        if not trouble:
            silent_since = None
        elif silent_since is None:
            silent_since = clock()
            warn(trouble)
        elif clock() - silent_since >= patience:
            raise CommandRefused(f"Stopped waiting because no worker reports; installer {current.pk} stays {current.standing}.")
        pause(PAUSE)


def _with_values(problem: ActionRefused, options: dict[str, Any]) -> str:
    """The refusal, with the values that the option takes."""
    account = Account.objects.filter(name=options.get("account", "")).first() if problem.field in ("language", "family", "group") else None
    offer = account.about.offer if account is not None and account.vendor in VENDORS else None
    if account is None or offer is None:
        return problem.sentence
    if problem.field == "language":
        return f"There is no language {visible(options['language'])!r}: --language takes {_languages(offer)}."
    if problem.field == "family" and options["family"].lower() not in set(Family):
        return f"There is no operating system {visible(options['family'])!r}: --os takes {' or '.join(offer.families)}."
    groups = DeviceGroup.objects.filter(account=account, static=True).order_by("name").values_list("name", flat=True)[: MOST_GROUPS + 1]
    if problem.field == "group" and groups:
        more = " and more" if len(groups) > MOST_GROUPS else ""
        return f"{problem.sentence} --group takes {', '.join(visible(name) for name in groups[:MOST_GROUPS])}{more}."
    return problem.sentence


def _languages(offer: InstallerOptions) -> str:
    return ", ".join(code for code, _ in offer.languages)
