from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from devices.models import User
from tests.devices import records as making
from tests.devices.account_pages import HTMX, signed_in

pytestmark = pytest.mark.django_db


def test_the_part_that_is_asked_every_other_second_counts_nothing(ivan: User) -> None:
    making.run(making.account())
    client = signed_in(ivan)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/vendors/eset-main/progress/", headers=HTMX).status_code == 200
    statements = " ".join(query["sql"] for query in asked)
    assert "devices_syncrun" in statements
    assert "COUNT(" not in statements
    assert "devices_sighting" not in statements
