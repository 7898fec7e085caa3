from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from devices.dashboard.queries import tiles
from devices.device_list.filters import DeviceFilters
from devices.device_list.queries import list_page
from devices.models import Account, CountedDay, Health, JobState, Life, User
from devices.trends.days import day_of
from devices.trends.rollup import count_today
from devices.web.dates import date_words
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def page(client: Client, user: User) -> str:
    client.force_login(user)
    return " ".join(client.get("/").content.decode().split())


def test_the_headline_is_the_answer(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob)
    assert '<h1><a class="headline" href="/devices/?state=trouble">Attention required: 2 of 6 devices</a></h1>' in text
    assert "All enabled vendor accounts are up to date." in text


def test_every_number_equals_the_list_that_it_opens(client: Client, bob: User) -> None:
    shown.small_fleet()
    numbers = tiles(["eset", "opswat", "five9s"])
    every = [numbers.total, numbers.trouble, *numbers.states, numbers.missing, numbers.gone]
    every += [number for vendor in numbers.vendors for number in (vendor.total, *vendor.states)]
    assert len(every) == 23
    assert sum(number.count for number in numbers.states) == numbers.total.count == 6
    for number in every:
        assert list_page(number.filters, now=timezone.now()).total == number.count, number


def test_the_links_of_the_page_open_lists_of_that_length(client: Client, bob: User) -> None:
    shown.small_fleet()
    text = page(client, bob)
    links = re.findall(r'<a class="(?:tile|number-link)[^"]*" href="([^"]+)".*?>([\d,]+)</(?:a|span)>', text)
    assert len(links) == 6 + 15
    links.remove(next(link for link in links if link[0] == "/coverage/"))  # counts devices once for each account
    for address, number in links:
        listed = " ".join(client.get(unescape(address)).content.decode().split())
        expected = "No devices found" if number == "0" else f" of {number} device"
        assert expected in listed, (address, number)


def test_nothing_set_up_leads_an_administrator_to_the_first_account(client: Client, alice: User) -> None:
    text = page(client, alice)
    assert "No vendor accounts yet" in text
    assert 'href="/vendors/add/"' in text


def test_nothing_set_up_tells_helpdesk_whom_to_ask(client: Client, bob: User) -> None:
    text = page(client, bob)
    assert "An administrator must add the first vendor account." in text
    assert "/vendors/add/" not in text


def test_the_first_fetch_is_followed_until_it_ends(client: Client, bob: User) -> None:
    first, second = shown.account("eset-main", "eset", complete=False), shown.account("opswat-main", "opswat")
    run = shown.fetch(first, records=20, expected=60, waiting_for="the vendor's next minute")
    shown.sighting(first, "nb-01")
    text = page(client, bob)
    assert "First sync running. 1 of 2 accounts synced." in text
    assert "20 of 60 devices synced · Waiting: the vendor&#x27;s next minute" in text
    assert ', every 3s"' in text
    run.state = JobState.DONE
    run.save()
    assert second.complete_at is not None
    fragment = client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "every 3s" not in fragment and 'hx-swap-oob="innerHTML:#troubles"' in fragment


def test_loading_never_error_and_empty_are_different_texts(client: Client, bob: User) -> None:
    account = shown.account("eset-main", "eset", complete=False, health=Health.NEW)
    texts = [page(client, bob)]
    run = shown.fetch(account)
    texts.append(page(client, bob))
    run.delete()
    account.health, account.health_sentence = Health.PERSON, "ESET refuses the password."
    account.save()
    texts.append(page(client, bob))
    account.health, account.complete_at = Health.OK, timezone.now()
    account.save()
    texts.append(page(client, bob))
    expected = [
        "<h1>First sync pending</h1>",
        "<h1>First sync running</h1>",
        "<h1>No devices synced</h1>",
        "<h1>No devices</h1>",
    ]
    for position, words in enumerate(expected):
        assert [words in text for text in texts] == [position == other for other in range(4)], words


def test_a_failing_account_makes_the_data_partial(client: Client, bob: User) -> None:
    shown.sighting(shown.account("eset-main", "eset"), "nb-01")
    shown.account("opswat-main", "opswat", complete=False, health=Health.FAILING)
    assert "<p>Partial data. Not up to date: opswat-main.</p>" in page(client, bob)


def test_an_empty_list_beside_an_incomplete_one_is_not_called_complete(client: Client, bob: User) -> None:
    shown.account("eset-main", "eset")
    other = shown.account("opswat-main", "opswat", complete=False, health=Health.FAILING)
    for words in ("<h1>No devices yet</h1>", "Not all vendor accounts are up to date."):
        assert words in page(client, bob)
    assert "The vendors list no devices" not in client.get("/devices/").content.decode()
    Account.objects.filter(pk=other.pk).update(health=Health.NEW)
    shown.fetch(other)
    text = page(client, bob)
    assert "<h1>First sync running</h1>" in text and "1 of 2 accounts synced." in text
    assert "The vendors list no devices" not in client.get("/devices/").content.decode()


def test_why_an_account_fails_is_for_those_who_can_do_something(client: Client, bob: User, ivan: User) -> None:
    shown.account("eset-main", "eset", health=Health.PERSON, sentence="ESET refuses the password.")
    assert "ESET refuses the password." in page(client, ivan)
    text = page(client, bob)
    assert "ESET refuses the password." not in text
    assert "Credentials refused" in text


def test_withheld_disappearances_are_announced_until_somebody_applied_them(client: Client, ivan: User) -> None:
    accounts = shown.small_fleet()
    run = shown.fetch(accounts["eset"], state=JobState.DONE, withheld=14)
    assert "14 devices are no longer reported by eset-main." in page(client, ivan)
    run.applied_at = timezone.now()
    run.save()
    assert "no longer reported" not in page(client, ivan)


def test_a_later_complete_run_replaces_what_was_withheld(client: Client, ivan: User) -> None:
    accounts = shown.small_fleet()
    shown.fetch(accounts["eset"], state=JobState.DONE, withheld=14)
    shown.fetch(accounts["eset"], state=JobState.DONE)
    assert "no longer reported" not in page(client, ivan)


def test_only_unknown_devices_are_not_called_fine(client: Client, bob: User) -> None:
    shown.sighting(shown.account("opswat-main", "opswat"), "phone", state="unknown")
    text = page(client, bob)
    assert "<h1>1 device with unknown status</h1>" in text
    assert "OK</h1>" not in text


def test_unknown_devices_keep_the_headline_careful(client: Client, bob: User) -> None:
    account = shown.account("opswat-main", "opswat")
    shown.sighting(account, "nb-1", state="ok")
    assert "<h1>1 device OK</h1>" in page(client, bob)
    shown.sighting(account, "nb-2", state="unknown")
    assert "<h1>No warnings, 1 device with unknown status</h1>" in page(client, bob)


def test_the_number_of_queries_does_not_grow(client: Client, ivan: User, django_assert_num_queries: object) -> None:
    accounts = shown.small_fleet()
    client.force_login(ivan)
    client.get("/")  # the first page of a session also writes when it began
    with django_assert_num_queries(11):  # type: ignore[operator]
        client.get("/")
    for number in range(5):
        shown.sighting(accounts["eset"], f"more-{number}")
        shown.account(f"more-{number}", "eset")
    with django_assert_num_queries(11):  # type: ignore[operator]
        client.get("/")


def test_gone_devices_are_not_counted_but_linked(client: Client, bob: User) -> None:
    shown.small_fleet()
    assert tiles([]).gone.count == list_page(DeviceFilters(life=Life.GONE), now=timezone.now()).total == 1
    assert "/devices/?life=gone" in page(client, bob)


def test_changes_and_the_most_frequent_issues_open_their_lists(client: Client, bob: User) -> None:
    accounts = shown.small_fleet()
    for number in range(3):
        shown.sighting(accounts["eset"], f"more-{number}", issues=[("Disk is full", "critical")], state="critical")
        shown.sighting(accounts["opswat"], f"counted-{number}", issues=[(f"{number + 2} critical issues", "critical")], state="critical")
    count_today(timezone.now())
    text = page(client, bob)
    assert 'href="/devices/?changed=new-0" aria-label="New devices, Today: 12"' in text
    assert " of 12 device" in " ".join(client.get("/devices/?changed=new-0").content.decode().split())
    assert text.index('<a href="/issues/?problem=Disk+is+full">Disk is full</a>') < text.index("Trojan found")
    assert '<a href="/issues/?problem=%23+critical+issues">Critical issues (number only)</a>' in text
    for problem, title in (("Disk+is+full", "Disk is full"), ("%23+critical+issues", "Critical issues (number only)")):
        listed = client.get(f"/issues/?problem={problem}").content.decode()
        assert f">{title}</a>" in listed and "Trojan found" not in listed
    assert "Counted <time" in text


def test_a_trend_starts_with_the_first_count_and_is_drawn_from_the_second_day_on(client: Client, bob: User) -> None:
    shown.small_fleet()
    assert "No numbers yet" in page(client, bob)
    now = timezone.now()
    count_today(now)
    text = page(client, bob)
    assert f"Trend starts on {date_words(day_of(now))}." in text and "<canvas" not in text
    CountedDay.objects.create(day=day_of(now) - timedelta(days=1), counted_at=now, seconds=0)
    text = page(client, bob)
    assert 'data-chart="status-trend"' in text and 'data-chart="critical-trend"' in text


def test_a_poll_does_not_read_the_trends(client: Client, ivan: User, django_assert_num_queries: object) -> None:
    shown.small_fleet()
    count_today(timezone.now())
    client.force_login(ivan)
    client.get("/")
    with django_assert_num_queries(9):  # type: ignore[operator]
        text = client.get("/", headers={"HX-Request": "true"}).content.decode()
    assert '<div id="trends" class="stack" hx-preserve="true"></div>' in text
