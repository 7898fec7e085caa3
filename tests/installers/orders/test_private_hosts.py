"""Orders reach the private host that an administrator allowed for the account, and no other."""

from __future__ import annotations

import pytest

from devices.accounts.services import create_account
from devices.accounts.validation import AccountOptions
from devices.models import Account
from tests.installers.orders_followed import Hand, order
from tests.vendors.private_network import EPM, private_network

pytestmark = pytest.mark.django_db
NAME = "gateway.corp.example"


def test_an_order_honours_the_permission(hand: Hand) -> None:
    """What listens there speaks no TLS, so nothing more comes of it than that it was reached."""
    port = hand.sim.url.rpartition(":")[2]
    settings = {"url": f"https://{NAME}:{port}/{{region}}/{{service}}", "username": "api"}
    options = AccountOptions(private_hosts=(f"{NAME}:{port}",))
    account = create_account(name="gateway", vendor="eset", settings=settings, secrets={"password": "p"}, options=options)
    with private_network({NAME: EPM}) as reached:
        assert "not on the public internet" not in hand.follow(order(account)).error
        assert set(reached) == {EPM}
        reached.clear()
        Account.objects.update(private_hosts=[f"{NAME}:443"])
        assert "not on the public internet" in hand.follow(order(Account.objects.get())).error
        assert reached == []
