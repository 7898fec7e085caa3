"""Shared rate limit: one per vendor account for every worker on every host, a sliding log in Redis, on Redis' own clock.

If Redis lost its memory, or came back with an older one, the calls of the last window are unknown: the database shows whether any were
made, and the limit waits them out.
If Redis does not answer, nothing is granted: cached data stays readable, the vendor's limit stays kept.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import redis

from devices.db.redis_client import worker_client
from vendors.budget import Quota, Rate

# `warm` names the server that remembers: another one, or the same started again, may have loaded an old snapshot. Where INFO is forbidden,
# only an empty memory is noticed.
_SERVER = """
local info = redis.pcall('INFO', 'server')
local server = type(info) == 'string' and string.match(info, 'run_id:(%x+)') or 'unnamed'
"""
# KEYS: log, block, warm. ARGV: window µs, limit, member. Returns µs to wait, 0 = granted, -1 = no memory of this account.
_TAKE = f"""{_SERVER}
local t = redis.call('TIME'); local now = t[1] * 1000000 + t[2]; local window = tonumber(ARGV[1])
if redis.call('GET', KEYS[3]) ~= server then return -1 end
local blocked = redis.call('PTTL', KEYS[2])
if blocked > 0 then return blocked * 1000 end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('ZADD', KEYS[1], now, ARGV[3])
  redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000) + 1000)
  return 0
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return math.max(1, oldest[2] + window - now)
"""
# KEYS as for a call. ARGV: window µs. Takes none. Returns µs for which the vendor said stop, or -1 = no memory of this account, and then µs
# until each call of the window leaves it, the oldest first.
_LOOK = f"""{_SERVER}
local t = redis.call('TIME'); local now = t[1] * 1000000 + t[2]; local window = tonumber(ARGV[1])
if redis.call('GET', KEYS[3]) ~= server then return {{-1}} end
local told = {{math.max(0, redis.call('PTTL', KEYS[2])) * 1000}}
local since = '(' .. string.format('%.0f', now - window)
local calls = redis.call('ZRANGEBYSCORE', KEYS[1], since, '+inf', 'WITHSCORES')
for place = 2, #calls, 2 do told[place / 2 + 1] = calls[place] + window - now end
return told
"""
# KEYS: block, and warm when the memory starts empty: in one go, or another worker would be granted calls in between. ARGV: ms to block.
# Of two stops the longer one counts.
_BLOCK = f"""{_SERVER}
local rest = tonumber(ARGV[1])
if rest > redis.call('PTTL', KEYS[1]) then redis.call('SET', KEYS[1], 1, 'PX', rest) end
if KEYS[2] then redis.call('SET', KEYS[2], server) end
"""
_UNREACHABLE_WAIT = 5.0


def quota(account_id: int, rate: Rate, *, shared: redis.Redis) -> Quota | None:
    """The calls of an account that are left now; takes none. None: unknown, because none was made yet or Redis does not answer."""
    return quotas({account_id: rate}, shared=shared).get(account_id)


def quotas(rates: Mapping[int, Rate], *, shared: redis.Redis) -> dict[int, Quota]:
    """The same of many accounts; unknown ones are left out. `shared`: the client that asks Redis."""
    found: dict[int, Quota] = {}
    try:
        for account_id, rate in rates.items():
            answer = shared.eval(_LOOK, 3, *_keys(account_id), int(rate.seconds * 1e6))
            if int(answer[0]) >= 0:
                found[account_id] = _quota(rate, answer)
    except redis.RedisError:
        return found
    return found


def _quota(rate: Rate, answer: Sequence[Any]) -> Quota:
    blocked, *calls = (int(each) / 1e6 for each in answer)
    free = max(0, rate.calls - len(calls))
    return Quota(0 if blocked else free, frees=tuple(max(blocked, each) for each in (*([0.0] * free if blocked else ()), *calls)))


def _keys(account_id: int) -> list[str]:
    return [f"rollcall:budget:{account_id}:{part}" for part in ("log", "block", "warm")]


class SharedRateLimit:
    """`idle_for` gives the seconds since the account's last call as the database knows it; asked only after Redis lost its memory.
    `unreachable`: Redis did not answer when a call was last asked for."""

    def __init__(self, account_id: int, rate: Rate, *, idle_for: Callable[[], float], shared: redis.Redis | None = None) -> None:
        self._keys = _keys(account_id)
        self._rate = rate
        self._idle_for = idle_for
        self._shared = shared or worker_client()
        self._take = self._shared.register_script(_TAKE)
        self._stop = self._shared.register_script(_BLOCK)
        self.calls = 0
        self.unreachable = False

    def take(self, *, interactive: bool = False) -> float:
        try:
            wait = self._ask(interactive)
            if wait < 0:
                self._warm_up()
                wait = self._ask(interactive)
        except redis.RedisError:
            self.unreachable = True
            return _UNREACHABLE_WAIT
        self.unreachable = False
        if wait == 0:
            self.calls += 1
        return max(0.0, wait / 1e6)

    def spent_for(self) -> float:
        """Seconds until a user's call could be granted; takes none. 0.0 also where that is unknown: then the run finds out."""
        try:
            blocked = int(self._shared.pttl(self._keys[1]))
        except redis.RedisError:
            return 0.0
        return max(0, blocked) / 1000

    def block(self, seconds: float) -> None:
        if seconds > 0:
            self._quietly(lambda: self._stop(keys=self._keys[1:2], args=[math.ceil(seconds * 1000)]))

    def learn(self, *, remaining: int, reset: float) -> None:
        if remaining <= 0:
            self.block(min(reset, 900.0))

    def _ask(self, interactive: bool) -> int:
        limit = self._rate.calls if interactive else max(1, self._rate.calls - self._rate.reserve)
        return int(self._take(keys=self._keys, args=[int(self._rate.seconds * 1e6), limit, uuid.uuid4().hex]))

    def _warm_up(self) -> None:
        rest = self._rate.seconds - (0.0 if self.calls else self._idle_for())
        self._stop(keys=self._keys[1:], args=[math.ceil(rest * 1000) if rest > 0 else -3])  # PTTL says -2 when nothing is blocked

    @staticmethod
    def _quietly(write: Callable[[], object]) -> None:
        """A block that cannot be written is not lost: without Redis nothing is granted anyway."""
        try:
            write()
        except redis.RedisError:
            return
