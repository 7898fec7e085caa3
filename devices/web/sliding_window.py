"""Sliding windows: at most so many events within so many seconds, counted in Valkey for all processes and in the memory of each.

Several windows are taken together or not at all. While Valkey accepts no writes, each event of this process counts several times
(devices/web/cache.py). Nothing waits: a refusal says after how many seconds there is room again.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass

from devices.web import cache as rate_limits

# KEYS: sorted sets of events by time. ARGV: now, name of the event, times, then `most` and `seconds` of each key.
# Returns the seconds until there is room, as a text; "0": the event is counted.
# ZADD is the first write: a script that removed something before could add to a Valkey that is full, and it would count only sometimes.
_TAKE = """
local now, times, wait = tonumber(ARGV[1]), tonumber(ARGV[3]), 0
for i, key in ipairs(KEYS) do
    local most, seconds = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
    local since = '(' .. string.format('%.17g', now - seconds)
    local over = redis.call('ZCOUNT', key, since, '+inf') + times - most
    if over > 0 then
        local leaves = redis.call('ZRANGEBYSCORE', key, since, '+inf', 'WITHSCORES', 'LIMIT', over - 1, 1)
        wait = math.max(wait, leaves[2] and leaves[2] + seconds - now or seconds)
    end
end
if wait > 0 then return tostring(wait) end
for i, key in ipairs(KEYS) do
    local seconds = tonumber(ARGV[3 + 2 * i])
    for n = 1, times do redis.call('ZADD', key, now, ARGV[2] .. ':' .. n) end
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - seconds)
    redis.call('EXPIRE', key, seconds)
end
return '0'
"""
_memory_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Window:
    key: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Taken:
    """`wait`: seconds until the event would be allowed; 0: it is, and was counted."""

    wait: int
    windows: tuple[Window, ...] = ()
    event: str = ""
    times: int = 1


def take(windows: Sequence[Window], *, now: float, times: int = 1) -> Taken:
    """Count an event in all windows, `times` over, if each has room. `now`: seconds since 1970."""
    event = secrets.token_hex(8)
    limits = [text for window in windows for text in (window.most, window.seconds)]
    keys = [window.key for window in windows]
    shared = rate_limits.write(lambda valkey: float(valkey.eval(_TAKE, len(keys), *keys, now, event, times, *limits)), otherwise=0.0)
    if shared > 0:
        return Taken(math.ceil(shared))
    taken = Taken(0, tuple(windows), event, times)
    wait = _take_here(taken, now)
    if wait > 0:
        _give_back_shared(taken)
        return Taken(math.ceil(wait))
    return taken


def give_back(taken: Taken, *, keys: Sequence[str]) -> None:
    """Count the event in these windows no more."""
    chosen = Taken(0, tuple(window for window in taken.windows if window.key in keys), taken.event, taken.times)
    with _memory_lock:
        for window in chosen.windows:
            kept = [each for each in _held(window) if each[1] != chosen.event]
            rate_limits.memory.set(window.key, kept, window.seconds)
    _give_back_shared(chosen)


def _give_back_shared(taken: Taken) -> None:
    names = [f"{taken.event}:{n}" for n in range(1, taken.times + 1)]
    for window in taken.windows:
        rate_limits.write(lambda valkey, key=window.key: int(valkey.zrem(key, *names)), otherwise=0)  # type: ignore[misc]


def _take_here(taken: Taken, now: float) -> float:
    weight = rate_limits.WEIGHT if rate_limits.alone() else 1
    with _memory_lock:
        held = {window: [each for each in _held(window) if each[0] > now - window.seconds] for window in taken.windows}
        wait = max((_wait(window, some, now, weight=weight, times=taken.times) for window, some in held.items()), default=0.0)
        if wait <= 0:
            for window, some in held.items():
                rate_limits.memory.set(window.key, [*some, *[(now, taken.event)] * taken.times], window.seconds)
    return wait


def _wait(window: Window, held: Sequence[tuple[float, str]], now: float, *, weight: int, times: int) -> float:
    room = (window.most - times) // weight  # earlier events that leave room for this one
    if room < 0:
        return float(window.seconds)
    return held[len(held) - room - 1][0] + window.seconds - now if len(held) > room else 0.0


def _held(window: Window) -> list[tuple[float, str]]:
    """Oldest first."""
    return list(rate_limits.memory.get(window.key, []))
