"""The pages of patching as a person reads them."""

from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Device, User
from patching.models import Title
from tests.patching import made

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def text_of(client: Client, user: User, address: str, **headers: str) -> str:
    client.force_login(user)
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def test_smoke(client: Client, alice: User) -> None:
    made.small_patching()
    for address in (
        "",
        "patches/",
        "attempts/",
        "titles/",
        f"titles/{Title.objects.get(name='Firefox').pk}/",
        "reasons/",
        "patches.csv",
        "attempts.csv",
        "titles.csv",
    ):
        client.force_login(alice)
        answer = client.get(f"/patching/{address}")
        assert answer.status_code == 200, address
        if answer.streaming:
            print(b"".join(answer).decode()[:500])
    pk = Device.objects.get(name="nb-munich-02").pk
    print(text_of(client, alice, f"/patching/device/{pk}/", **HTMX))
    print(text_of(client, alice, "/patching/account/eset-main/", **HTMX))
