"""ESET's missing patches have no application name: what they are probably of, by whose attempts went to the same version."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.test import Client

from devices.models import Account, Sighting, User
from patching.models import Attempt, Patch, Title
from patching.sync.inferred_titles import infer_titles
from sandbox.fleet import patch_activity
from sandbox.server import Simulation
from tests.devices import rows as shown
from tests.devices.runs import sync
from tests.patching import rows as made
from tests.patching.page_links import listed, numbers_on
from tests.patching.page_text import words_of
from tests.patching.runs import Hand
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def unnamed(sighting: Sighting, developer: str = "Igor Pavlov", version: str = "24.67") -> Title:
    """A title as ESET's missing patches make them, with one patch."""
    name = f"Application by {developer}, version {version}"
    title = made.title(name, developer=developer)
    Title.objects.filter(pk=title.pk).update(version=version)
    made.patch(sighting, name, version=version)
    return title


def tried(account: Account, name: str, developer: str, version: str, *, status: str = "installed") -> Attempt:
    made.title(name, developer=developer)
    return made.attempt(account, name, status, after=version)


@pytest.fixture
def eset_sighting(db: None) -> Sighting:
    return shown.sighting(shown.account("eset-main", "eset"), "nb-1")


def guess(title: Title) -> str:
    infer_titles("eset")
    title.refresh_from_db()
    return title.likely.name if title.likely else ""


@pytest.mark.parametrize("status", ["installed", "failed"])
def test_the_only_application_of_that_developer_that_went_to_that_version(eset_sighting: Sighting, status: str) -> None:
    title = unnamed(eset_sighting)
    tried(eset_sighting.account, "7-Zip", "IGOR  Pavlov", "24.67", status=status)
    tried(eset_sighting.account, "Firefox", "Mozilla", "24.67")
    assert guess(title) == "7-Zip"


def test_two_applications_that_went_there_are_one_too_many(eset_sighting: Sighting) -> None:
    title = unnamed(eset_sighting, "Mozilla", "128.1")
    tried(eset_sighting.account, "Firefox", "Mozilla", "128.1")
    assert guess(title) == "Firefox"
    tried(eset_sighting.account, "Thunderbird", "Mozilla", "128.1")
    assert guess(title) == ""


def test_another_version_another_developer_another_vendor_or_none_says_nothing(eset_sighting: Sighting) -> None:
    titles = [unnamed(eset_sighting), unnamed(eset_sighting, "", "9.9")]
    tried(eset_sighting.account, "7-Zip", "Igor Pavlov", "24.66")
    tried(eset_sighting.account, "Printer driver", "", "9.9")
    made.title("7-Zip elsewhere", vendor="five9s", developer="Igor Pavlov")
    made.attempt(shown.account("five-main", "five9s"), "7-Zip elsewhere", after="24.67")
    assert [guess(each) for each in titles] == ["", ""]


def test_it_goes_away_with_what_spoke_for_it(eset_sighting: Sighting) -> None:
    title = unnamed(eset_sighting)
    attempt = tried(eset_sighting.account, "7-Zip", "Igor Pavlov", "24.67")
    assert guess(title) == "7-Zip"
    attempt.delete()
    assert guess(title) == ""


def test_a_simulated_vendor_shows_both_kinds(eset: Account, hand: Hand, sim: Simulation) -> None:
    sync(eset)
    hand.poll(eset, Source.PATCHES)
    assert not Title.objects.filter(likely__isnull=False).exists(), "nothing was tried yet, so nothing speaks for anything"
    hand.poll(eset, Source.RECENT)
    by_version = {
        (each.developer, patch_activity.version(each, week)[1]): each.name
        for each in patch_activity.APPLICATIONS
        for week in range(2900, 3300)
    }
    guessed = Title.objects.filter(likely__isnull=False).select_related("likely")
    assert guessed and all(by_version[each.developer, each.version] == each.likely.name for each in guessed if each.likely)
    left = set(Title.objects.exclude(version="").filter(likely=None).values_list("developer", "version"))
    assert left and "" in {developer for developer, _ in left}
    reached = set(Attempt.objects.values_list("title__developer", "after"))
    assert all((developer, version) not in reached for developer, version in left if developer)


@pytest.fixture
def likely(eset_sighting: Sighting) -> Title:
    """Two open patches that are probably of 7-Zip, one that nobody can name, and one by name."""
    first, second = unnamed(eset_sighting), unnamed(eset_sighting, version="24.68")
    unnamed(eset_sighting, "Don Ho", "8.1")
    for version in ("24.67", "24.68"):
        tried(eset_sighting.account, "7-Zip", "Igor Pavlov", version)
    made.patch(eset_sighting, "7-Zip", "failed", reason="running")
    infer_titles("eset")
    assert set(Title.objects.filter(likely__name="7-Zip")) == {first, second}
    return Title.objects.select_related("likely").get(pk=first.pk)


def test_the_likely_application_is_beside_the_name_on_all_pages(client: Client, bob: User, eset_sighting: Sighting, likely: Title) -> None:
    hint = "Application by Igor Pavlov, version 24.67 likely 7-Zip"
    for address in ("patches/", "titles/", ""):
        words = words_of(client, bob, address)
        assert hint in words and words.count("Application by Don Ho, version 8.1 likely") == 0, address
    panel = words_of(client, bob, f"device/{eset_sighting.device_id}/", **HTMX)
    assert hint in panel
    page = words_of(client, bob, f"titles/{likely.pk}/")
    assert "(no name reported)" in page and "Likely 7-Zip" in page and "Inferred by Rollcall." in page


def test_the_page_of_the_application_counts_them_beside_its_own(client: Client, bob: User, likely: Title) -> None:
    assert likely.likely
    words = words_of(client, bob, f"titles/{likely.likely.pk}/")
    assert "1 open patch ·" in words and "Not counted: 2 unnamed open patches that are likely for this application" in words
    address = f"/patching/patches/?probably={likely.likely.pk}"
    assert (address, "2") in numbers_on(client, f"/patching/titles/{likely.likely.pk}/") and listed(client, address) == "2"
    assert "Likely application: 7-Zip" in words_of(client, bob, f"patches/?probably={likely.likely.pk}")
    assert "No matching patches" in words_of(client, bob, "patches/?probably=99999")


def test_a_search_for_the_name_finds_them_too(client: Client, bob: User, likely: Title) -> None:
    assert likely.likely
    assert "1–3 of 3 patches" in words_of(client, bob, "patches/?q=7-zip")
    assert "1–3 of 3" in words_of(client, bob, "titles/?q=7-zip")
    assert "1–1 of 1 patch" in words_of(client, bob, f"patches/?title={likely.likely.pk}"), "by itself it stays what the vendor says"


def test_files_and_json_keep_the_hint_apart_from_the_name(client: Client, ivan: User, likely: Title) -> None:
    client.force_login(ivan)
    for address in ("/patching/patches.csv", "/patching/titles.csv"):
        answer = client.get(address)
        rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
        assert {row["Application"]: row["Likely application"] for row in rows}[likely.name] == "7-Zip"
        assert [row["Likely application"] for row in rows].count("7-Zip") == 2
    out = io.StringIO()
    call_command("patches", "open", "--json", stdout=out)
    patches = json.loads(out.getvalue())
    assert sorted(each["probably"] or "" for each in patches) == ["", "", "7-Zip", "7-Zip"]
    out = io.StringIO()
    call_command("patches", "open", stdout=out)
    assert f"{likely.name} (likely 7-Zip)" in out.getvalue() and Patch.objects.count() == 4
