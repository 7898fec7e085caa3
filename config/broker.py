"""Broker settings of Celery from REDIS_URL: the same server, credentials, database and certificate checks that every other client has.

Celery's transport reads other URLs than redis-py: it ignores a password or database in the query, and trusts any certificate unless it is
given the options of TLS apart from the URL.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from redis.connection import SSLConnection, UnixDomainSocketConnection, parse_url

from config.env import NotReady

CARRIED = frozenset({"username", "password", "db", "host", "port", "path", "connection_class"})
# Of other clients only: config/celery.py sets its own waits.
WAITS = frozenset(
    {"socket_timeout", "socket_connect_timeout", "socket_keepalive", "retry_on_timeout", "retry_on_error", "health_check_interval"}
)
SCHEMES = ("redis://", "rediss://", "unix://")


def broker_settings(redis_url: str) -> dict[str, Any]:
    """`broker_url` and `broker_use_ssl`. Raises NotReady, without a value of the URL, for what cannot be carried over."""
    if not redis_url.startswith(SCHEMES):
        raise NotReady("REDIS_URL must start with redis://, rediss:// or unix://.")
    try:
        parts: dict[str, Any] = parse_url(redis_url)  # type: ignore[no-untyped-call]
    except ValueError:
        raise NotReady("REDIS_URL has a port, database or option that cannot be read: correct it.") from None
    kind = parts.get("connection_class")
    tls = {name: value for name, value in parts.items() if name.startswith("ssl_")} if kind is SSLConnection else {}
    unknown = sorted(parts.keys() - CARRIED - WAITS - tls.keys())
    if unknown:
        raise NotReady(f"REDIS_URL has the option {unknown[0]!r}, which the broker cannot use: remove it.")
    if kind is UnixDomainSocketConnection:
        return {"broker_url": _socket_url(parts), "broker_use_ssl": None}
    scheme = "rediss" if kind is SSLConnection else "redis"
    host = str(parts.get("host") or "localhost")
    host = f"[{host}]" if ":" in host else quote(host, safe="")
    url = f"{scheme}://{_user(parts)}{host}:{parts.get('port') or 6379}/{parts.get('db', 0)}"
    return {"broker_url": url, "broker_use_ssl": {"ssl_cert_reqs": "required", **tls} if kind is SSLConnection else None}


def _socket_url(parts: Mapping[str, Any]) -> str:
    path = str(parts.get("path") or "")
    if not path.startswith("/"):
        raise NotReady("REDIS_URL names no socket: set it to unix:///path/to/valkey.sock?db=0.")
    return f"redis+socket://{_user(parts)}{quote(path, safe='/')}?virtual_host={parts.get('db', 0)}"


def _user(parts: Mapping[str, Any]) -> str:
    user, password = (quote(str(parts.get(name) or ""), safe="") for name in ("username", "password"))
    return f"{user}:{password}@" if user or password else ""
