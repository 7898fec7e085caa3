"""Start-up checks: a process refuses to start when no loaded key decrypts the stored secrets."""

from __future__ import annotations

import sys

from django.core import checks


def refuse_if_unready() -> None:
    """Exit with code 2 and one sentence per error. An unreachable database is no error: it may come back."""
    faults = [each for each in checks.run_checks(tags=["database"], databases=["default"]) if each.is_serious()]
    if faults:
        sys.stderr.writelines(f"{each.msg} {each.hint or ''}\n" for each in faults)
        raise SystemExit(2)
