"""Access tokens: where they are stored, and how a stale one is exchanged.

Many workers share an account. The store decides under the account's lock who signs in, so that eight workers that see 401 together cause
one refresh, and a rotated refresh token is never lost.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from vendors.secret import Secret

EARLY = 60.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_at` is Unix time; 0 means that the vendor did not say and 401 is the only sign."""

    access: Secret
    refresh: Secret | None = None
    expires_at: float = 0.0

    def fresh(self, now: float) -> bool:
        return not self.expires_at or now < self.expires_at - EARLY


Fetch = Callable[[Tokens | None], Tokens]


class TokenStore(Protocol):
    def current(self) -> Tokens | None: ...

    def exchange(self, stale: Tokens | None, fetch: Fetch) -> Tokens:
        """Under the account's lock: if the stored tokens are not `stale`, return them; else call `fetch` and store its answer.

        `fetch` is given the stored tokens (for their refresh token) and raises AuthFailed when signing in is refused.
        """
        ...


class MemoryTokens:
    """Tokens kept for the life of one object: tests and "test connection"."""

    def __init__(self) -> None:
        self._tokens: Tokens | None = None
        self._lock = threading.Lock()

    def current(self) -> Tokens | None:
        return self._tokens

    def exchange(self, stale: Tokens | None, fetch: Fetch) -> Tokens:
        with self._lock:
            if self._tokens is None or self._tokens == stale:
                self._tokens = fetch(self._tokens)
            return self._tokens


def usable(store: TokenStore, fetch: Fetch, *, now: Callable[[], float] = time.time) -> Tokens:
    """The stored tokens, exchanged first when they are missing or about to expire."""
    tokens = store.current()
    if tokens is None or not tokens.fresh(now()):
        tokens = store.exchange(tokens, fetch)
    return tokens
