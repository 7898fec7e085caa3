"""ESET's token service: password and refresh-token grants, form bodies only, every refresh token used once.

Vendor page: https://help.eset.com/eset_connect/en-US/authentication_oauth_token_post.html
"""

from __future__ import annotations

import base64
import json
import secrets

from sandbox import credentials
from sandbox.wire import Request, Response, answer
from sandbox.world import World


class EsetTokens:
    def __init__(self, world: World) -> None:
        self._world = world
        self._access: dict[str, float] = {}  # token -> expires at
        self._refresh: set[str] = set()

    def grant(self, request: Request) -> Response:
        if request.method != "POST":
            return Response(405)
        if request.media_type != "application/x-www-form-urlencoded":
            return Response(415)
        form = request.form()
        if form.get("grant_type") == "password":
            right = (credentials.ESET_USERNAME, credentials.ESET_PASSWORD)
            if (form.get("username"), form.get("password")) != right:
                return answer(400, {"error": "invalid_grant"})
        elif form.get("grant_type") == "refresh_token":
            if form.get("refresh_token", "") not in self._refresh:
                return answer(400, {"error": "invalid_grant"})
            self._refresh.discard(form["refresh_token"])
        else:
            return Response(400)
        return self._issue()

    def _issue(self) -> Response:
        lasts, now = self._world.options.eset_token_seconds, self._world.clock.now()
        access, refresh = _jwt(now + lasts), credentials.CANARY + "eset-refresh-" + secrets.token_urlsafe(24)
        self._access[access] = now + lasts
        if not self._world.options.eset_refresh_tokens:
            return answer(200, {"access_token": access, "token_type": "bearer", "expires_in": lasts})
        self._refresh.add(refresh)
        return answer(200, {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": lasts})

    def refuses(self, request: Request) -> Response | None:
        """400 without authorization, 401 with a dead token, None with a good one."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            return Response(400)
        if scheme.lower() != "bearer" or self._access.get(token, 0.0) <= self._world.clock.now():
            return answer(401, {"code": 8, "message": "token expired", "details": []})
        return None

    def revoke(self) -> None:
        """End all tokens now, as at a restart of the identity service."""
        self._access.clear()
        self._refresh.clear()


def _jwt(expires: float) -> str:
    def part(data: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")

    return f"{part({'alg': 'RS256'})}.{part({'exp': int(expires)})}.{credentials.CANARY}{secrets.token_urlsafe(32)}"
