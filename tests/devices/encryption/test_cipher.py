from __future__ import annotations

import os

import pytest
from pytest_django.fixtures import Settings

from devices.encryption import cipher

CONTEXT = "devices.accountsecret:sealed:1"


def test_what_is_sealed_opens_in_its_place() -> None:
    for text in ("", "hunter2", "pässwörd ✓", "x" * 5000):
        assert cipher.unseal(cipher.seal(text, context=CONTEXT), context=CONTEXT) == text


def test_the_secret_does_not_show_in_the_sealed_text() -> None:
    assert "hunter2" not in cipher.seal("hunter2", context=CONTEXT)
    assert cipher.seal("hunter2", context=CONTEXT) != cipher.seal("hunter2", context=CONTEXT)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    with pytest.raises(cipher.DecryptionFailed, match="cannot be decrypted: enter it again"):
        cipher.unseal(cipher.seal("hunter2", context=CONTEXT), context="devices.accountsecret:sealed:2")


def test_every_changed_character_is_noticed() -> None:
    for text in ("hunter2", "hunter23", "hunter234"):  # base64 ends in one, in two and in no blank place
        sealed = cipher.seal(text, context=CONTEXT)
        for place in range(len(sealed)):
            for other in {*"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="} - {sealed[place]}:
                with pytest.raises(cipher.DecryptionFailed):
                    cipher.unseal(sealed[:place] + other + sealed[place + 1 :], context=CONTEXT)


@pytest.mark.parametrize("text", ["", "hunter2", "enc1:", "enc1:test", "enc2:test:AAAA", "enc1:test:AAAA"])
def test_what_was_never_sealed_is_refused_and_not_returned(text: str) -> None:
    with pytest.raises(cipher.DecryptionFailed):
        cipher.unseal(text, context=CONTEXT)


def test_a_missing_key_is_named(settings: Settings) -> None:
    sealed = cipher.seal("hunter2", context=CONTEXT)
    settings.SEALING_KEYS = {"newer": os.urandom(32)}
    with pytest.raises(cipher.DecryptionFailed, match="“test” is missing"):
        cipher.unseal(sealed, context=CONTEXT)


def test_the_first_key_seals_and_all_open(settings: Settings) -> None:
    sealed = cipher.seal("hunter2", context=CONTEXT)
    settings.SEALING_KEYS = {"newer": os.urandom(32), **settings.SEALING_KEYS}
    assert cipher.unseal(sealed, context=CONTEXT) == "hunter2"
    assert cipher.key_id_of(cipher.seal("x", context=CONTEXT)) == "newer"
