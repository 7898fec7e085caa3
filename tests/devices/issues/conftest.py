from __future__ import annotations

import pytest
from django.test import Client

from devices.models import Account, User
from tests.devices.account_pages import signed_in
from tests.devices.alerts import fleet


@pytest.fixture
def accounts() -> dict[str, Account]:
    return fleet()


@pytest.fixture
def desk(accounts: dict[str, Account], ivan: User) -> Client:
    return signed_in(ivan)
