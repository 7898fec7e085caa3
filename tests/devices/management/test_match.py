"""`manage.py match` and its dry run, as a shell runs them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Device, Sighting
from tests.devices import records as making
from tests.devices.matching.test_grouping import HOST, SERIAL, partition, save, told
from tests.devices.shell import manage

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def strayed(transactional_db: None) -> Sighting:
    """One machine at two vendors, of which one record is on a device of its own, as rules of an earlier version left it."""
    save(making.account(), told("e", {SERIAL: "pf3xk2ab", HOST: "nb-0042"}, name="NB-0042", serial="PF3XK2AB"))
    save(making.account("epm", "five9s"), told("f", {SERIAL: "pf3xk2ab", HOST: "nb-0042"}, name="NB-0042", serial="PF3XK2AB"))
    stray = Sighting.objects.get(external_id="f")
    stray.device = Device.objects.create(created_at=timezone.now() - timedelta(days=1))
    stray.save(update_fields=["device"])
    return stray


def test_a_match_moves_the_record_and_a_second_one_changes_nothing(strayed: Sighting) -> None:
    assert manage("match") == (0, "1 record moved to another device.\n", "")
    assert partition() == [["e", "f"]]
    assert manage("match") == (0, "Nothing to change: every record is on its device.\n", "")


def test_a_dry_run_changes_nothing() -> None:
    assert manage("match", "--dry-run") == (0, "Nothing would change: every record is on its device.\n", "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--dryrun",), "Unrecognized arguments: --dryrun: see `manage.py match --help`."),
        (("--dry-run=yes",), "see `manage.py match --help`."),
        (("--dry-run", "all"), "Unrecognized arguments: all: see `manage.py match --help`."),
        (("--everything",), "Unrecognized arguments: --everything: see `manage.py match --help`."),
        (("--dry",), "see `manage.py match --help`."),
        (("",), "see `manage.py match --help`."),
    ],
)
def test_a_wrong_option_is_one_sentence_and_matches_nothing(strayed: Sighting, options: tuple[str, ...], words: str) -> None:
    code, out, err = manage("match", *options)
    assert (code, out) == (2, "")
    assert words in err and err.count("\n") == 1
    assert partition() == [["e"], ["f"]]


def test_the_help_names_the_option() -> None:
    code, out, _ = manage("match", "--help")
    assert code == 0 and "--dry-run" in out and "Merges and splits by users are kept." in " ".join(out.split())
