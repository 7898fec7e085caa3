"""Session store: in the database under a hash of the session key, so that a dump holds no cookie that signs somebody in.

The data is encrypted, because allauth keeps a new TOTP secret in it until a code confirms it. A session that cannot be decrypted is ended.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from devices.encryption import cipher

LETTERS = 40  # of the column; 160 bits


def stored_key(session_key: str) -> str:
    """Without a salt: a session key is 32 random characters."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:LETTERS]


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Any:
        row = self._rows().first()
        if row is None:
            self._session_key = None
        return row

    async def _aget_session_from_db(self) -> Any:
        row = await self._rows().afirst()
        if row is None:
            self._session_key = None
        return row

    def _rows(self) -> Any:
        return self.model.objects.filter(session_key=stored_key(str(self.session_key)), expire_date__gt=timezone.now())

    def exists(self, session_key: str) -> bool:
        return super().exists(stored_key(session_key))

    async def aexists(self, session_key: str) -> bool:
        return await super().aexists(stored_key(session_key))

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        return self._hashed(super().create_model_instance(data))

    async def acreate_model_instance(self, data: dict[str, Any]) -> Any:
        return self._hashed(await super().acreate_model_instance(data))

    @staticmethod
    def _hashed(row: Any) -> Any:
        row.session_key = stored_key(row.session_key)
        return row

    def delete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            super().delete(stored_key(key))

    async def adelete(self, session_key: str | None = None) -> None:
        if key := session_key or self.session_key:
            await super().adelete(stored_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        return cipher.seal(super().encode(session_dict), context=self._context())

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        try:
            return super().decode(cipher.unseal(str(session_data), context=self._context()))
        except cipher.DecryptionFailed:
            return {}

    def _context(self) -> str:
        return f"sessions.session:session_data:{stored_key(str(self.session_key))}"
