"""Start-up checks: a process refuses to start when the loaded keys are not those of the stored secrets."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from django.core import checks

from devices.checks import remember_keys, sealing_keys_have_their_bytes


def refuse_if_unready() -> None:
    """Exit with code 2 and one sentence per error. An unreachable database is no error: it may come back.

    A key that is loaded for the first time gets its check value; afterwards it is compared with that of a process that was faster.
    """
    _refuse(checks.run_checks(tags=["database"], databases=["default"]))
    remember_keys()
    _refuse(sealing_keys_have_their_bytes())


def _refuse(found: Sequence[checks.CheckMessage]) -> None:
    faults = [each for each in found if each.is_serious()]
    if faults:
        sys.stderr.writelines(f"{each.msg} {each.hint or ''}".rstrip() + "\n" for each in faults)
        raise SystemExit(2)
