"""A patching sync that cannot begin: its reason is stored with parameters, so that pages can translate it."""

from __future__ import annotations

import pytest
from django.utils import timezone

from devices.models import Account
from patching.models import PatchRun, Reading
from patching.sync import source_access
from patching.sync.connection import PatchingJobConnection
from tests.devices import rows as shown
from vendors.errors import Misconfigured
from vendors.patching_api import Source
from vendors.texts import Message

pytestmark = pytest.mark.django_db


def test_a_disabled_account_is_refused_with_its_name() -> None:
    account, now = shown.account("eset-main", "eset"), timezone.now()
    Account.objects.filter(pk=account.pk).update(enabled=False)
    account.refresh_from_db()
    run = PatchRun.objects.create(account=account, source=Source.PATCHES, created_at=now, next_step_at=now)
    with pytest.raises(Misconfigured) as refused:
        PatchingJobConnection().reader(run)
    source_access.failed(run, refused.value, now)
    sentence = Reading.objects.get().sentence
    assert sentence == "The account eset-main is disabled."
    assert isinstance(sentence, Message) and sentence.params == {"account": "eset-main"}
