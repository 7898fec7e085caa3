"""Second factors (TOTP secrets and seeds of recovery codes), encrypted in the table of django-allauth and bound to their row.

allauth encrypts a text before it has a row. `SecondFactorAdapter` therefore seals it for no row, and the row seals it again for itself when
it is made. A text that gets into the table in another way stays encrypted, and does not open.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db.models.signals import post_init
from django.dispatch import receiver
from django.utils.translation import gettext

from devices.encryption import cipher
from devices.encryption.rotation import EncryptedKey

NO_ROW = "mfa.authenticator:data:none"
# Type of authenticator → key of its secret in the JSON column `data`.
SECRETS = {str(Authenticator.Type.TOTP): "secret", str(Authenticator.Type.RECOVERY_CODES): "seed"}


class _Unplaced(str):
    """Sealed for no row yet."""

    __slots__ = ()


class _Placed(str):
    """A sealed text as it is stored, with the context of its row."""

    __slots__ = ("context",)
    context: str


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _Unplaced(cipher.seal(text, context=NO_ROW))

    def decrypt(self, encrypted_text: str) -> str:
        """Raises ValidationError, which the form for the code shows."""
        try:
            return cipher.unseal(encrypted_text, context=getattr(encrypted_text, "context", NO_ROW))
        except cipher.DecryptionFailed:
            raise ValidationError(gettext("Your second factor cannot be decrypted. Contact your Rollcall administrator.")) from None


def context_of(row: Authenticator) -> str:
    """A user has at most one authenticator of a type, so these name the row before it has a key."""
    return f"mfa.authenticator:{SECRETS[row.type]}:{row.user_id}"


def encrypted_columns() -> list[EncryptedKey]:
    return [EncryptedKey(Authenticator, "data", context_of, key=key, only={"type": kind}) for kind, key in SECRETS.items()]


@receiver(post_init, sender=Authenticator)
def _place(instance: Authenticator, **_kwargs: Any) -> None:
    """Seal a new secret for its row, and tell the context with a stored one."""
    key = SECRETS.get(instance.type)
    data = instance.__dict__.get("data")  # not loaded in a query that defers it
    if key is None or not isinstance(data, dict) or not isinstance(data.get(key), str):
        return
    text, context = data[key], context_of(instance)
    if isinstance(text, _Unplaced):
        text = cipher.seal(cipher.unseal(text, context=NO_ROW), context=context)
    placed = _Placed(text)
    placed.context = context
    data[key] = placed
