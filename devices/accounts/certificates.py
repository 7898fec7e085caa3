"""Certificates of private CAs: what may be stored with an account, and what a person wants to see of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from vendors.errors import Misconfigured
from vendors.gateway import tls

_BLOCK = re.compile(r"-----BEGIN ([^-\n]{1,60})-----")


class BadCertificate(Exception):
    """The text says what is wrong and what to paste instead; it never quotes what was pasted."""


@dataclass(frozen=True, slots=True)
class Certificate:
    subject: str
    expires_at: datetime
    sha256: str


def check(pem: str) -> None:
    """Raises BadCertificate unless a connection could trust exactly this: certificates of CAs, at least one of them valid, and no key."""
    try:
        tls.context(pem)
    except Misconfigured as error:
        raise BadCertificate(f"{error.sentence} {error.next_step}") from None
    others = {kind for kind in _BLOCK.findall(pem) if kind != "CERTIFICATE"}
    if others:
        raise BadCertificate("There is something else than certificates in it: paste only the certificate of the CA in PEM form.")


def describe(pem: str) -> list[Certificate]:
    """Of a text that `check` accepted; nothing of one that cannot be read any more."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii", "replace"))
        return [
            Certificate(each.subject.rfc4514_string(), each.not_valid_after_utc, _colons(each.fingerprint(hashes.SHA256())))
            for each in found
        ]
    except ValueError:
        return []


def _colons(digest: bytes) -> str:
    return digest.hex(":").upper()
