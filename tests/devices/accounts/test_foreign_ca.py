"""A server with the certificate of a foreign CA at the address of an account gets no stored secret, whatever the form says it trusts."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from devices.accounts.certificates import fingerprints
from devices.accounts.services import create_account
from devices.accounts.validation import AccountOptions
from devices.models import AuditEvent
from sandbox.credentials import account_settings
from tests.vendors.certificates import authority
from tests.vendors.sockets import OK, serving

pytestmark = pytest.mark.django_db
STORED, TYPED = "STOREDTOKEN0123456789", "TYPEDTOKEN0123456789"


def test_only_a_secret_that_is_entered_again_reaches_it(admin: Client, settings: Settings, tmp_path: Path) -> None:
    settings.PRIVATE_HOSTS = ["localhost"]
    company, foreign = authority("Company CA"), authority("Foreign CA")
    with serving(OK, tls=foreign.server(tmp_path, "localhost")) as server:
        values = account_settings("http://x")["five9s"][0] | {"url": f"https://localhost:{server.port}"}
        create_account(name="epm", vendor="five9s", settings=values, secrets={"token": STORED}, options=AccountOptions(ca_pem=company.pem))
        typed = {"account": "epm", **{f"set_{name}": value for name, value in values.items()}}

        def test(**changed: str) -> str:
            return str(admin.post(reverse("devices:account_test"), {**typed, "ca_pem": company.pem, **changed}).text)

        assert "not from a trusted CA" in test()
        assert "They are not sent to another server." in test(ca_pem=foreign.pem)
        assert server.requests == []
        test(ca_pem=foreign.pem, secret_token=TYPED)
        heard = b"".join(server.requests).decode()
        assert TYPED in heard and STORED not in heard
    tried = AuditEvent.objects.filter(action="connection tested").order_by("pk").values_list("detail", flat=True)
    assert [each.get("ca") for each in tried] == [None, fingerprints(foreign.pem), fingerprints(foreign.pem)]
