"""Refuses to serve with stored secrets that no loaded key opens: half a product would look like a broken vendor."""

from __future__ import annotations

import sys

from django.core import checks


def refuse_if_unready() -> None:
    """Ends the process with one sentence per fault and code 2. A database that is away is no fault: it may come back."""
    faults = [each for each in checks.run_checks(tags=["database"], databases=["default"]) if each.is_serious()]
    if faults:
        sys.stderr.writelines(f"{each.msg} {each.hint or ''}\n" for each in faults)
        raise SystemExit(2)
