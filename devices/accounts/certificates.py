"""Certificates of private CAs: which text may be stored with an account, and what its page shows of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from django.utils.translation import gettext

from devices.db.messages import translated
from vendors.errors import Misconfigured
from vendors.gateway import tls

WARN_BEFORE = timedelta(days=30)
_BLOCK = re.compile(r"-----BEGIN ([^-\n]{1,60})-----")


class BadCertificate(Exception):
    """The text says what is wrong and what to paste instead, without quoting the input."""


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    expires_at: datetime
    sha256: str

    def expired(self, now: datetime) -> bool:
        return self.expires_at <= now

    def expires_soon(self, now: datetime) -> bool:
        """Within 30 days, or before."""
        return self.expires_at <= now + WARN_BEFORE


def check(pem: str) -> None:
    """Raises BadCertificate unless the text is only CA certificates, at least one of them valid, without a key."""
    try:
        tls.context(pem)
    except Misconfigured as error:
        raise BadCertificate(f"{translated(error.sentence)} {translated(error.next_step)}") from None
    others = {kind for kind in _BLOCK.findall(pem) if kind != "CERTIFICATE"}
    if others:
        raise BadCertificate(gettext("The text contains more than certificates: paste only the CA certificate in PEM format."))
    if pem.strip() and not describe(pem):  # its page and the audit log have to name it
        raise BadCertificate(f"{translated(tls.UNREADABLE)} {translated(tls.PASTE_PEM)}")


def describe(pem: str) -> list[Certificate]:
    """Of a text that `check` accepted; empty for one that can no longer be read."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii", "replace"))
        return [
            Certificate(each.subject.rfc4514_string(), each.not_valid_after_utc, _colons(each.fingerprint(hashes.SHA256())))
            for each in found
        ]
    except (ValueError, x509.InvalidVersion):
        return []


def expiring(found: Iterable[Certificate], now: datetime) -> Certificate | None:
    """The one that expires first, if it expires within 30 days; syncs fail from then on unless it is replaced."""
    return min((each for each in found if each.expires_soon(now)), key=lambda each: each.expires_at, default=None)


def fingerprints(pem: str) -> list[str]:
    """SHA-256 of each certificate, for the audit log."""
    return [each.sha256 for each in describe(pem)]


def _colons(digest: bytes) -> str:
    return digest.hex(":").upper()
