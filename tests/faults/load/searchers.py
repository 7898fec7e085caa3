"""Helpdesk users who search, in a process of their own: `searchers.py URL SECONDS`, session keys and search texts as JSON on standard input.

Prints a JSON list of (status, milliseconds).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import httpx

THINK_SECONDS = 6.0  # between two searches of a user


async def user(url: str, cookie: dict[str, str], terms: list[str], *, number: int, ends: float) -> list[tuple[int, float]]:
    found: list[tuple[int, float]] = []
    async with httpx.AsyncClient(base_url=url, cookies=cookie, timeout=30, follow_redirects=True) as client:
        await asyncio.sleep(THINK_SECONDS * number / 50)  # not all in the same moment
        while time.monotonic() < ends:
            term = terms[(number * 7 + len(found)) % len(terms)]
            began = time.monotonic()
            answer = await client.get("/d/", params={"q": term})
            took = time.monotonic() - began
            found.append((answer.status_code, 1000 * took))
            await asyncio.sleep(max(0.0, THINK_SECONDS - took))
    return found


async def main(url: str, seconds: float, name: str, keys: list[str], terms: list[str]) -> list[tuple[int, float]]:
    ends = time.monotonic() + seconds
    users = [user(url, {name: key}, terms, number=number, ends=ends) for number, key in enumerate(keys)]
    return [each for found in await asyncio.gather(*users) for each in found]


if __name__ == "__main__":
    told = json.load(sys.stdin)
    print(json.dumps(asyncio.run(main(sys.argv[1], float(sys.argv[2]), told["cookie"], told["keys"], told["terms"]))))
