"""Tokens: fetched when needed, exchanged early, and once however many workers see them refused."""

from __future__ import annotations

import copy
import json
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from vendors.auth import EARLY, MemoryTokens, Tokens, usable
from vendors.errors import AuthFailed
from vendors.secret import Secret

NOW = 1_790_000_000.0


class Vendor:
    """Gives a numbered token for every sign-in."""

    def __init__(self, *, lasts: float = 3600.0) -> None:
        self.given: list[Tokens | None] = []
        self._lasts = lasts

    def fetch(self, stored: Tokens | None) -> Tokens:
        self.given.append(stored)
        return Tokens(Secret(f"token-{len(self.given)}"), expires_at=NOW + self._lasts if self._lasts else 0.0)


def test_the_first_use_signs_in_and_the_next_does_not() -> None:
    store, vendor = MemoryTokens(), Vendor()
    first = usable(store, vendor.fetch, now=lambda: NOW)
    assert usable(store, vendor.fetch, now=lambda: NOW) is first
    assert vendor.given == [None]


def test_a_token_is_exchanged_shortly_before_it_ends() -> None:
    store, vendor = MemoryTokens(), Vendor()
    first = usable(store, vendor.fetch, now=lambda: NOW)
    assert usable(store, vendor.fetch, now=lambda: NOW + 3600 - EARLY - 1) is first
    second = usable(store, vendor.fetch, now=lambda: NOW + 3600 - EARLY + 1)
    assert second.access == Secret("token-2") and vendor.given == [None, first]


def test_a_token_without_an_end_is_kept_until_it_is_refused() -> None:
    store, vendor = MemoryTokens(), Vendor(lasts=0)
    first = usable(store, vendor.fetch, now=lambda: NOW)
    assert usable(store, vendor.fetch, now=lambda: NOW + 10**9) is first


def test_eight_workers_that_see_the_same_refusal_sign_in_once() -> None:
    store, vendor = MemoryTokens(), Vendor()
    stale = usable(store, vendor.fetch, now=lambda: NOW)
    together = threading.Barrier(8)

    def worker(_: int) -> Tokens:
        together.wait(10)
        return store.exchange(stale, vendor.fetch)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(worker, range(8)))
    assert len(vendor.given) == 2 and set(found) == {Tokens(Secret("token-2"), expires_at=NOW + 3600)}


def test_a_refused_sign_in_keeps_what_was_stored() -> None:
    store, vendor = MemoryTokens(), Vendor()
    first = usable(store, vendor.fetch, now=lambda: NOW)

    def refuse(stored: Tokens | None) -> Tokens:
        raise AuthFailed("no")

    with pytest.raises(AuthFailed):
        store.exchange(first, refuse)
    assert store.current() is first


def test_tokens_refuse_to_be_shown() -> None:
    tokens = Tokens(Secret("canary-access"), Secret("canary-refresh"), NOW)
    assert "canary" not in repr(tokens) + str(tokens) + f"{tokens.access} {tokens.access!r:>20}"
    for leave in (pickle.dumps, json.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leave(tokens.access)
