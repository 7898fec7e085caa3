"""A web process that has warmed up loads nothing more for its first pages."""

from __future__ import annotations

import pytest
from django.template.engine import Engine
from django.template.loaders.cached import Loader
from django.test import Client

from config.warm_up import warm_up
from devices.models import Device, User
from tests.devices import rows as shown

pytestmark = pytest.mark.django_db


def test_the_first_pages_compile_nothing(client: Client, alice: User) -> None:
    shown.small_fleet()
    client.force_login(alice)
    (cached,) = Engine.get_default().template_loaders
    assert isinstance(cached, Loader)
    cached.reset()
    warm_up()
    pages = set(cached.get_template_cache)
    assert len(pages) > 200
    for address in ("/", "/devices/", "/issues/", "/coverage/", f"/devices/{Device.objects.earliest('pk').pk}/", "/patching/", "/vendors/"):
        assert client.get(address).status_code == 200
    assert set(cached.get_template_cache) == pages
