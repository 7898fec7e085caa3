"""Reading patches reaches the private host that an administrator allowed for the account, and no other."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import Settings

from devices.accounts.services import create_account
from devices.accounts.validation import AccountOptions
from devices.models import Account
from tests.patching.runs import Hand
from tests.vendors.private_network import EPM, private_network
from vendors.patching_api import Source

pytestmark = pytest.mark.django_db
NAME = "gateway.corp.example"


@pytest.mark.parametrize("source", list(Source))
def test_a_walk_honours_the_permission(hand: Hand, source: Source, settings: Settings) -> None:
    """What listens there speaks no TLS, so nothing more comes of it than that it was reached."""
    settings.VENDOR_DEADLINE_SECONDS = 1  # what listens never answers
    port = hand.sim.url.rpartition(":")[2]
    entered = {"url": f"https://{NAME}:{port}/{{region}}/{{service}}", "username": "api"}
    options = AccountOptions(private_hosts=(f"{NAME}:{port}",))
    account = create_account(name="gateway", vendor="eset", settings=entered, secrets={"password": "p"}, options=options)
    with private_network({NAME: EPM}) as reached:
        assert "not on the public internet" not in hand.poll(account, source).error
        assert set(reached) == {EPM}
        reached.clear()
        Account.objects.update(private_hosts=[])
        assert "not on the public internet" in hand.poll(Account.objects.get(), source).error
        assert reached == []
