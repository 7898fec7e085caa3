"""Prepares the database of the local stack: `python -m local.demo [--sandbox URL]`, then an answer in JSON.

Migrates, makes the first administrator and, with simulators, a helpdesk user and one account per vendor.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TypedDict
from urllib.parse import urlsplit

import django
from django.core.management import call_command

from local.addresses import LOOPBACK

PREFIX = "demo-"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m local.demo")
    parser.add_argument("--sandbox", help="address of the simulators; without it no demo accounts")
    chosen = parser.parse_args(arguments)
    # Only the answer goes to the standard output, which the supervisor reads.
    answer, sys.stdout = sys.stdout, sys.stderr
    if not _ready():
        return 2
    call_command("migrate", interactive=False, verbosity=1)
    # Before anything is encrypted: `migrate` runs no checks when code calls it.
    from config.startup_checks import refuse_if_unready

    refuse_if_unready()
    json.dump(prepare(sandbox=chosen.sandbox), answer)
    answer.flush()
    return 0


class Prepared(TypedDict):
    """`passwords`: of new users, by name. `demo_accounts`: remaining accounts of simulated vendors, although none runs."""

    passwords: dict[str, str]
    demo_accounts: list[str]


def prepare(*, sandbox: str | None) -> Prepared:
    """Needs the migrated database. Idempotent, but for the address of simulators on another port."""
    from django.db import transaction

    from local.demo_users import ensure_administrator, ensure_helpdesk

    with transaction.atomic():
        passwords = ensure_administrator()
        if sandbox is not None:
            made = ensure_helpdesk()
            # The helpdesk user is created with the demo: accounts that were removed later are not created again.
            if made:
                add_accounts(sandbox)
            else:
                move_accounts(sandbox)
            passwords |= made
        left = [] if sandbox is not None else demo_accounts()
    return {"passwords": passwords, "demo_accounts": left}


def demo_accounts() -> list[str]:
    """Names of the demo accounts that still lead to a simulator, and are not being deleted."""
    from devices.models import Account

    found = Account.objects.filter(name__startswith=PREFIX, deletion_requested_at=None).order_by("name")
    return [account.name for account in found if urlsplit(str(account.settings.get("url", ""))).hostname == LOOPBACK]


def add_accounts(sandbox: str) -> None:
    from devices.accounts.services import create_account
    from devices.models import Account
    from sandbox.credentials import account_settings

    for vendor, (settings, secrets) in account_settings(sandbox).items():
        name = f"{PREFIX}{vendor}"
        if not Account.objects.filter(name=name).exists():
            create_account(name=name, vendor=vendor, settings=settings, secrets=secrets)


def move_accounts(sandbox: str) -> None:
    """Point the demo accounts at the simulators' new port. Other addresses stay."""
    from devices.accounts.services import update_account
    from devices.models import Account
    from sandbox.credentials import account_settings

    wanted = account_settings(sandbox)
    for account in Account.objects.filter(name__startswith=PREFIX, vendor__in=wanted):
        url, secrets = wanted[account.vendor][0]["url"], wanted[account.vendor][1]
        current = str(account.settings.get("url", ""))
        if current != url and urlsplit(current).hostname == LOOPBACK and urlsplit(current).path == urlsplit(url).path:
            # A new address asks for every secret again; the simulators' are no secret.
            update_account(account, settings={**account.settings, "url": url}, secrets=secrets)


def new_password(name: str) -> int:
    """Replace the password of a user and print the new one."""
    if not _ready():
        return 2
    from devices.users.services import InvalidUser, set_password, user_named

    try:
        password = set_password(user_named(name))
    except InvalidUser as bad:
        print(bad, file=sys.stderr)
        return 1
    print(f"Sign in as {name}   password {password}   (shown only once)")
    return 0


def _ready() -> bool:
    """Load the settings; a missing one is reported in one sentence."""
    from config.env import NotReady

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        django.setup()
    except NotReady as error:
        print(error, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
