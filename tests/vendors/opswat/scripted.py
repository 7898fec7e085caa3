"""An OPSWAT server that plays from a script, and what a walk makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.vendors.scripted_server import NOW, Asked, Reply, Script, connection, pages, scripted
from vendors.errors import BadAnswer
from vendors.opswat.adapter import Opswat

TOKEN = Reply(200, {"access_token": "canary-token", "token_type": "bearer"})
NO_ACCOUNT = Reply(403)
BEYOND = Reply(413)
HTML = {"content-type": "text/html"}
LIST = "/o/api/v2.3/devices"


def rows(first: int, count: int) -> Reply:
    return Reply(200, [{"hwid": f"HW{number:05}", "hostname": f"pc-{number}", "status": 0} for number in range(first, first + count)])


def account(used: Any) -> Reply:
    return Reply(200, {"name": "Nordwind", "devices_used": used})


def opswat(script: Script, **more: Any) -> Opswat:
    secrets = {"client_key": "canary-key", "client_secret": "canary-secret"}
    return Opswat(connection({"url": script.url}, secrets, **more), clock=lambda: NOW)


def lists(script: Script) -> list[Asked]:
    return [asked for asked in script.asked if asked.path == LIST]


def walked(*replies: Reply) -> list[str]:
    with scripted(TOKEN, *replies) as script:
        return [entry.external_id for page in pages(opswat(script)) for entry in page.entries]


def refused(*replies: Reply) -> str:
    with pytest.raises(BadAnswer) as caught:
        walked(*replies)
    return caught.value.sentence
