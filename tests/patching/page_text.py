"""A page of patching as its text."""

from __future__ import annotations

import re

from django.test import Client

from devices.models import User

HTMX = {"HX-Request": "true"}


def text_of(client: Client, user: User, address: str, **headers: str) -> str:
    client.force_login(user)
    answer = client.get(f"/patching/{address}", headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def words_of(client: Client, user: User, address: str, **headers: str) -> str:
    """Without the spaces that tags leave before a full stop."""
    words = " ".join(re.sub("<[^>]+>", " ", text_of(client, user, address, **headers)).split())
    return re.sub(" (?=[.,:])", "", words)
