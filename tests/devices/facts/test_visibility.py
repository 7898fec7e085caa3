"""Which topics of facts a user sees."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from config import env
from devices.facts.visibility import visible_topics
from devices.models import User
from vendors.facts import FactTopic

KNOWN = ["os", "hardware"]


@pytest.mark.parametrize(("text", "found"), [("", KNOWN), ("os", ["os"]), (" hardware , os ", ["hardware", "os"]), ("none", [])])
def test_the_setting_names_topics(text: str, found: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HELPDESK_FACTS", text)
    assert env.chosen("ROLLCALL_HELPDESK_FACTS", KNOWN) == found


def test_an_unknown_topic_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_HELPDESK_FACTS", "os,printers")
    with pytest.raises(env.NotReady) as refused:
        env.chosen("ROLLCALL_HELPDESK_FACTS", KNOWN)
    assert str(refused.value) == "ROLLCALL_HELPDESK_FACTS names 'printers': set it to `none`, or to some of os, hardware."


@pytest.mark.django_db
def test_the_helpdesk_sees_what_the_setting_names_and_others_everything(bob: User, ivan: User, settings: LazySettings) -> None:
    assert visible_topics(bob) == visible_topics(ivan) == frozenset(FactTopic)
    settings.HELPDESK_FACTS = ["os", "network"]
    assert visible_topics(bob) == {"os", "network"}
    assert visible_topics(ivan) == frozenset(FactTopic)
    settings.HELPDESK_FACTS = []
    assert visible_topics(bob) == frozenset()
