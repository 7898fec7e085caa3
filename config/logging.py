"""Logs are one line each, on standard error, without secrets: the last line of defence behind "never log vendor data"."""

from __future__ import annotations

import logging
import re
from typing import Any

_PATTERNS = [
    (re.compile(r"(?i)\b(access_token|refresh_token|client_secret|client_id|password|token)=([^&\s\"']+)"), r"\1=[redacted]"),
    (re.compile(r"(?i)\b(Bearer|PAT)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 [redacted]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), "[redacted]"),
    (re.compile(r"/i/[A-Za-z0-9_-]+"), "/i/[redacted]"),  # whoever has a short link can use it
    (re.compile(r"https?://[^\s\"'<>]+"), "[address]"),
]
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), 127)} | {10: "\\n", 9: " "}


def redact(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class OneLine(logging.Formatter):
    """Redacts, and escapes control characters so that a hostname cannot forge a line. Tracebacks keep their lines."""

    def format(self, record: logging.LogRecord) -> str:
        line, _, trace = super().format(record).partition("\nTraceback ")
        line = redact(line.translate(_CONTROL))
        return line if not trace else f"{line}\nTraceback {redact(trace)}"


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": OneLine, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        # These write full addresses at INFO; an OPSWAT address carries its token.
        name: {"level": "WARNING"}
        for name in ("httpx", "httpcore", "urllib3", "hpack", "celery.worker.strategy", "celery.app.trace", "celery.beat")
    },
}
