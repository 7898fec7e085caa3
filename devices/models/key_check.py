from __future__ import annotations

from django.db import models

from devices.encryption import cipher


class KeyCheck(models.Model):
    """A fixed text, encrypted with each key that was ever loaded: shows whether a key still has the bytes that it had then."""

    key_id = models.TextField(primary_key=True)
    sealed = models.TextField()

    @classmethod
    def of(cls, key_id: str) -> KeyCheck:
        return cls(key_id=key_id, sealed=cipher.seal(cls.__name__, context=cls.context(key_id), key_id=key_id))

    @staticmethod
    def context(key_id: str) -> str:
        return f"devices.keycheck:sealed:{key_id}"

    @property
    def opens(self) -> bool:
        try:
            cipher.unseal(self.sealed, context=self.context(self.key_id))
        except cipher.DecryptionFailed:
            return False
        return True
