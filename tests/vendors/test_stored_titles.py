"""Titles that the mappers write are recognized, so that they can be translated; a vendor's own title is not touched."""

from __future__ import annotations

import pytest

from sandbox.credentials import account_settings
from sandbox.server import running
from sandbox.world import SandboxOptions
from tests.vendors.scripted_server import connection, pages
from vendors.registry import VENDORS
from vendors.stored_titles import recognized
from vendors.texts import Message


def test_every_title_of_the_simulated_vendors_is_recognized() -> None:
    with running(devices=200, frozen=True, options=SandboxOptions(job_seconds=0, rate_limits=False)) as sim:
        for slug, vendor in VENDORS.items():
            found = pages(vendor.connect(connection(*account_settings(sim.url)[slug])))
            titles = {issue.title for page in found for entry in page.entries for issue in entry.read().issues}
            assert titles and [title for title in titles if not isinstance(recognized(title), Message)] == []


@pytest.mark.parametrize(
    ("title", "params"),
    [
        ("1 problem reported", {"count": "1"}),
        ("12 critical issues", {"count": "12"}),
        ("Status is not OK, and no problem is counted", {}),
        ("Status 1 (not compliant), and no issue is counted", {"status": "1 (not compliant)"}),
        ("MS24-11: installation failed", {"name": "MS24-11"}),
        ("Application by Igor Pavlov, version 24.69", {"developer": "Igor Pavlov", "version": "24.69"}),
        ("Application by Acme, version & Co", {"developer": "Acme", "version": "& Co"}),
        ("Application by Igor Pavlov", {"developer": "Igor Pavlov"}),
        ("Unnamed application, version 65001", {"version": "65001"}),
        ("Unnamed application", {}),
        ("Unnamed package", {}),
        ("a%(name)s: state “9%” is unknown to this version", {"name": "a%(name)s", "status": "9%"}),
    ],
)
def test_a_title_of_rollcall_comes_back_with_its_parameters(title: str, params: dict[str, str]) -> None:
    message = recognized(title)
    assert isinstance(message, Message) and (message, message.params) == (title, params)


@pytest.mark.parametrize("title", ["", "Firewall is off", "problems reported", "critical issues: 2"])
def test_a_vendors_title_stays(title: str) -> None:
    assert recognized(title) == title and not isinstance(recognized(title), Message)
