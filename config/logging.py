"""Log format: one line per record on standard error, with secrets redacted, behind the rule that vendor data is never logged."""

from __future__ import annotations

import logging
import re
from typing import Any

_PATTERNS = [
    (re.compile(r"(?i)\b(access_token|refresh_token|client_secret|client_id|password|token)=([^&\s\"']+)"), r"\1=[redacted]"),
    (re.compile(r"(?i)\b(Bearer|PAT)\s+[A-Za-z0-9._~+/=-]{6,}"), r"\1 [redacted]"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), "[redacted]"),
    (re.compile(r"/i/[A-Za-z0-9_-]+"), "/i/[redacted]"),  # a short link works for everyone who has it
    (re.compile(r"https?://[^\s\"'<>]+"), "[address]"),
]
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160))} | {10: "\\n", 9: " ", 0x2028: "\\u2028", 0x2029: "\\u2029"}
_CONTROL |= dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
LONGEST_LINE = 8192  # bytes in UTF-8, with its end: a message may quote input
MOST_LINES = 200  # of a traceback or stack: a message may have line breaks, too
_CUT = "…"


def redact(text: str) -> str:
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


class OneLine(logging.Formatter):
    """Redacts, and escapes control characters so that a hostname cannot forge a line. Tracebacks keep their lines, indented."""

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info:
            record.exc_text = None  # cached by another formatter, not redacted
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def _indented(text: str) -> str:
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        half = MOST_LINES // 2
        lines = [*lines[:half], f"{_CUT} {len(lines) - 2 * half} lines left out", *lines[-half:]]
    first, *rest = lines
    return "\n".join([_line(first), *(_line(each, indent="  ") for each in rest)])


def _line(text: str, *, indent: str = "") -> str:
    """Cut twice: first roughly, because searching a long text for secrets takes long, and when the secrets are out, to the byte."""
    rough = text[: 2 * LONGEST_LINE]
    line = indent + redact(rough.translate(_CONTROL))
    written = line.encode()
    if rough == text and len(written) < LONGEST_LINE:
        return line
    return written[: LONGEST_LINE - len(_CUT.encode()) - 1].decode(errors="ignore") + _CUT


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
    }
    # Handlers of others do not redact.
    | {"_granian": {"level": "INFO", "handlers": ["console"], "propagate": False}},
}
