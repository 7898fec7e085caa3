"""What every vendor promises, as tests to inherit. A new vendor's test is this and its own quirks:

class TestEset(VendorContract):
    slug = "eset"
    devices = 1500
    listing = "/v1/devices"
    unknown_word = ("functionalityStatus", "DEVICE_FUNCTIONALITY_STATUS_NEW")
"""

from __future__ import annotations

import dataclasses
import json
import logging
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from sandbox.clock import utc
from sandbox.credentials import account_settings
from sandbox.server import Simulation, running
from sandbox.world import SandboxOptions
from tests.vendors.scripted_server import connection
from vendors.base import Cursor, DevicePage, ReadsDevices, Scope
from vendors.errors import AuthFailed, RateLimited, Unavailable, Unsupported, VendorError
from vendors.patching_api import ReadsPatches
from vendors.records import Device, Entry, Identifier, Issue
from vendors.registry import VENDORS
from vendors.states import Enrolment, Family, IdKind, State

ROOT = Path(__file__).resolve().parents[2]
FAULTS = (
    "401", "403", "404", "406", "418", "429", "500", "502-html", "503", "empty", "html200", "html-json", "null", "redirect",
    "gzip-plain", "raw=bm8=", "cut-json", "cut-close", "reset", "no-answer", "http09", "two-lengths", "huge-header", "nested",
)  # fmt: skip


class VendorContract:
    """`listing` is part of the path of the call that returns a page of devices; `devices` machines must make several such pages.

    `unknown_word` is a dotted path in a raw record (`*`: every element of a list), and a value for it that no table of states knows.
    """

    slug: ClassVar[str]
    devices: ClassVar[int]
    listing: ClassVar[str]
    unknown_word: ClassVar[tuple[str, Any]]

    # -- what the tests stand on --

    @pytest.fixture
    def sim(self) -> Iterator[Simulation]:
        with running(devices=self.devices, frozen=True, options=SandboxOptions(rate_limits=False, job_seconds=1.0)) as simulation:
            yield simulation

    def connect(self, sim: Simulation, **secrets: str) -> ReadsDevices:
        settings, right = account_settings(sim.url)[self.slug]
        return VENDORS[self.slug].connect(connection(settings, {**right, **secrets}))

    def pages(self, sim: Simulation, adapter: ReadsDevices | None = None, cursor: Cursor | None = None) -> Iterator[DevicePage]:
        """Page by page; every cursor goes through JSON, and the simulated time passes where the walk has to wait."""
        adapter = adapter or self.connect(sim)
        for _ in range(2000):
            page = adapter.walk(Scope(), cursor)
            yield page
            if page.cursor is None:
                return
            cursor = json.loads(json.dumps(page.cursor))
            sim.clock.forward(page.wait)
        raise AssertionError("The walk does not end.")

    def first_page(self, sim: Simulation, adapter: ReadsDevices) -> DevicePage:
        return next(page for page in self.pages(sim, adapter) if page.entries)

    def entries(self, sim: Simulation) -> list[Entry]:
        return [entry for page in self.pages(sim) for entry in page.entries]

    def fault(self, sim: Simulation, kind: str, *, nth: int | None = None) -> None:
        sim.fault(f"{self.slug}:{kind}{f'@{nth}' if nth else ''}~{self.listing}")

    # -- the promises --

    def test_every_device_is_listed_once_over_several_pages(self, sim: Simulation) -> None:
        pages = list(self.pages(sim))
        ids = [entry.external_id for page in pages for entry in page.entries]
        assert sum(1 for page in pages if page.entries) > 1
        assert sorted(ids) == sorted(sim.fleet.ids(self.slug))
        assert not any(page.rejects for page in pages)

    def test_records_are_valid(self, sim: Simulation) -> None:
        for entry in self.entries(sim):
            device = entry.read()
            assert device.external_id == entry.external_id and device.name
            assert len(entry.digest) == 16 and isinstance(json.loads(entry.raw), dict)
            assert entry.seen_at is None or entry.seen_at.tzinfo
            assert isinstance(device.state, State) and isinstance(device.enrolment, Enrolment)
            assert isinstance(device.os_family, Family)
            assert len({issue.key for issue in device.issues}) == len(device.issues)
            self.check_identifiers(device)

    def test_what_the_description_says_about_patching_is_so(self, sim: Simulation) -> None:
        vendor = VENDORS[self.slug]
        assert isinstance(self.connect(sim), ReadsPatches) is bool(vendor.patch_sources)
        told = [device.patches for device in (entry.read() for entry in self.entries(sim)) if device.patches is not None]
        assert bool(told) is vendor.patches_with_devices
        assert all(len({patch.key for patch in patches}) == len(patches) for patches in told)

    def check_identifiers(self, device: Device) -> None:
        kinds = {each.kind.value for each in device.identifiers}
        assert IdKind.VENDOR_ID.value in kinds and kinds <= VENDORS[self.slug].answers
        assert all(each.value and (each.key or each.junk) for each in device.identifiers)

    def test_records_are_immutable(self, sim: Simulation) -> None:
        entry = self.first_page(sim, self.connect(sim)).entries[0]
        records: tuple[Entry | Device | Identifier | Issue, ...] = (entry, entry.read(), *entry.read().identifiers, *entry.read().issues)
        for record in records:
            name = "external_id" if isinstance(record, Entry | Device) else "key"
            with pytest.raises(AttributeError):
                setattr(record, name, "another")

    def test_a_digest_moves_with_content_and_not_with_time(self, sim: Simulation) -> None:
        sim.fleet.seen_forward = -7200  # a time of the future would be left out
        before = {entry.external_id: entry for entry in self.entries(sim)}
        sim.fleet.seen_forward += 3600
        later = {entry.external_id: entry for entry in self.entries(sim)}
        moved = sum(1 for name, entry in later.items() if entry.digest != before[name].digest)
        assert moved <= len(before) / 20  # a word of the vendor may depend on the time, such as "active"
        assert any(entry.seen_at != before[name].seen_at for name, entry in later.items())
        sim.change(5)
        changed = [entry for entry in self.entries(sim) if entry.digest != before[entry.external_id].digest]
        assert 0 < len(changed) < len(before) / 4

    def test_bad_credentials_are_refused_and_not_tried_again(self, sim: Simulation) -> None:
        _, secrets = account_settings(sim.url)[self.slug]
        for name in secrets:
            already = len(sim.calls(vendor=self.slug))
            with pytest.raises(AuthFailed) as caught:
                list(self.pages(sim, self.connect(sim, **{name: "WRONG00000000000"})))
            assert caught.value.next_step
            assert len(sim.calls(vendor=self.slug)) - already <= 2

    def test_429_says_how_long_to_wait(self, sim: Simulation) -> None:
        self.fault(sim, "429=90")
        with pytest.raises(RateLimited) as caught:
            list(self.pages(sim))
        assert caught.value.wait >= 90 and not caught.value.ours

    def test_a_failure_on_page_two_yields_nothing_and_the_same_cursor_may_be_tried_again(self, sim: Simulation) -> None:
        whole = self.entries(sim)
        adapter = self.connect(sim)
        first = self.first_page(sim, adapter)
        self.fault(sim, "500", nth=1)
        with pytest.raises(Unavailable):
            adapter.walk(Scope(), first.cursor)
        rest = [entry for page in self.pages(sim, adapter, first.cursor) for entry in page.entries]
        assert [entry.external_id for entry in (*first.entries, *rest)] == [entry.external_id for entry in whole]

    def test_an_unknown_word_is_unknown_and_kept(self, sim: Simulation) -> None:
        entry = self.first_page(sim, self.connect(sim)).entries[0]
        path, word = self.unknown_word
        record: Any = json.loads(entry.raw)
        _put(record, path.split("."), word)
        device = entry.mapper(msgspec.json.encode(record))
        assert device.state is State.UNKNOWN
        assert any(str(word) in raw for raw in (device.state_raw, *(issue.raw for issue in device.issues)))

    def test_what_the_api_cannot_do_is_refused_before_anything_is_sent(self, sim: Simulation) -> None:
        vendor = VENDORS[self.slug]
        every = {"everything": Scope(), "changed": Scope(since=utc(sim.clock.now())), "named": Scope(ids=("one",))}
        for kind in every.keys() - vendor.scopes:
            with pytest.raises(Unsupported) as caught:
                self.connect(sim).walk(every[kind], None)
            assert caught.value.sentence.endswith(".") and caught.value.next_step
        assert sim.calls(vendor=self.slug) == []
        with pytest.raises(Unsupported):
            dataclasses.replace(vendor, scopes=frozenset()).require("everything")

    def test_a_walk_goes_on_from_its_cursor_in_another_process(self, sim: Simulation) -> None:
        whole = [[entry.external_id, entry.digest.hex()] for entry in self.entries(sim)]
        first = self.first_page(sim, self.connect(sim))
        settings, secrets = account_settings(sim.url)[self.slug]
        told = {"slug": self.slug, "settings": settings, "secrets": secrets, "simulator": sim.url, "cursor": first.cursor}
        other = subprocess.run(
            [sys.executable, "-m", "tests.vendors.resume"],
            input=json.dumps({**told, "scope": Scope().as_json()}),
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            timeout=60,
        )
        assert other.returncode == 0, other.stderr
        begun = [[entry.external_id, entry.digest.hex()] for entry in first.entries]
        assert begun + json.loads(other.stdout) == whole

    def test_no_secret_is_shown(self, sim: Simulation, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        for name in list(logging.root.manager.loggerDict):  # also where the libraries log below the root's level
            caplog.set_level(logging.DEBUG, logger=name)
        shown: list[str] = []
        for fault in ("", *FAULTS):
            sim.clear_faults()
            adapter = self.connect(sim)
            if fault:
                self.fault(sim, fault)
            try:
                for page in self.pages(sim, adapter):
                    shown += [repr(page), json.dumps(page.cursor), *(entry.raw.decode() for entry in page.entries[:20])]
            except VendorError as error:
                assert error.sentence.endswith(".")
                shown += [repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
            shown.append(repr(adapter) + repr(vars(adapter)))
        leaks = [text[max(0, text.lower().index("canary") - 100) :][:200] for text in (*shown, caplog.text) if "canary" in text.lower()]
        assert leaks == []


def _put(inside: Any, path: Sequence[str], word: object) -> None:
    """Set the value at a path; `*` stands for every element of a list."""
    name, *rest = path
    for each in inside if name == "*" else [inside]:
        if name == "*":
            _put(each, rest, word)
        elif rest:
            _put(each[name], rest, word)
        else:
            each[name] = word
