"""Encryption of stored secrets (sealing): AES-256-GCM, with the key id in front and the row and column bound in.

Form: `enc1:<key id>:<base64 of nonce and ciphertext>`. A sealed value copied to another row, field or model does not open.
"""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from vendors.texts import Message, gettext_noop

PREFIX = "enc1"
BROKEN = Message(gettext_noop("A stored secret cannot be decrypted: enter it again."))


class DecryptionFailed(Exception):
    """A sealed value cannot be opened. `reason`: a sentence, which may name the key id and never the value."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason)
        self.reason = reason


def seal(text: str, *, context: str, key_id: str = "") -> str:
    """`key_id`: of a loaded key; the first one by default."""
    key_id = key_id or next(iter(settings.SEALING_KEYS))
    key = settings.SEALING_KEYS[key_id]
    nonce = os.urandom(12)
    sealed = AESGCM(key).encrypt(nonce, text.encode("utf-8"), context.encode("utf-8"))
    return f"{PREFIX}:{key_id}:{base64.b64encode(nonce + sealed).decode('ascii')}"


def unseal(sealed: str, *, context: str) -> str:
    key = settings.SEALING_KEYS.get(key_id_of(sealed))
    if key is None:
        name = key_id_of(sealed)
        raise DecryptionFailed(Message(gettext_noop("The sealing key “%(name)s” is missing: add it to ROLLCALL_SEALING_KEYS."), name=name))
    try:
        blob = base64.b64decode(text := sealed.split(":", 2)[2], validate=True)
        if base64.b64encode(blob).decode() != text:
            raise DecryptionFailed(BROKEN)  # unused bits of the last letter were changed
        return AESGCM(key).decrypt(blob[:12], blob[12:], context.encode("utf-8")).decode("utf-8")
    except (InvalidTag, binascii.Error, ValueError):
        raise DecryptionFailed(BROKEN) from None


def key_id_of(sealed: str) -> str:
    """The key's id; raises DecryptionFailed when the text was never sealed."""
    parts = sealed.split(":", 2)
    if len(parts) != 3 or parts[0] != PREFIX:
        raise DecryptionFailed(Message(gettext_noop("A stored secret is not encrypted: enter it again.")))
    return parts[1]
