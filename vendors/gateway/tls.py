"""TLS certificates that the gateway trusts: the public roots, or instead of them the CA of one account."""

from __future__ import annotations

import functools
import ssl
import time
from collections.abc import Sequence

import certifi

from vendors.errors import Misconfigured
from vendors.texts import Message, gettext_noop

LARGEST_PEM = 256 * 1024
MOST_CERTIFICATES = 100
UNREADABLE = Message(gettext_noop("The CA certificate cannot be read."))
PASTE_PEM = Message(gettext_noop("Paste the certificate of the CA in PEM format."))


@functools.cache
def public_roots() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certifi.where())


def context(ca_pem: str = "", *, strict: bool = True) -> ssl.SSLContext:
    """Raise Misconfigured when `ca_pem` cannot serve. `strict` False only clears VERIFY_X509_STRICT, which old private CAs fail."""
    if not ca_pem.strip():
        return public_roots()
    fault = _fault_of_text(ca_pem)
    if fault:
        raise Misconfigured(fault, next_step=PASTE_PEM)
    try:
        # cadata given: the public roots are not loaded.
        made = ssl.create_default_context(cadata=ca_pem)
        ends = [ssl.cert_time_to_seconds(str(each["notAfter"])) for each in made.get_ca_certs()]
    except (ssl.SSLError, ValueError):  # the latter also for a date that is none
        made = None
    if made is None:
        raise Misconfigured(UNREADABLE, next_step=PASTE_PEM)
    fault = _fault_of_certificates(ends)
    if fault:
        raise Misconfigured(fault, next_step=Message(gettext_noop("Paste the current certificate of the CA that signed the server's.")))
    # Said both ways: Python's own default depends on its version.
    made.verify_flags = made.verify_flags | ssl.VERIFY_X509_STRICT if strict else made.verify_flags & ~ssl.VERIFY_X509_STRICT
    return made


def _fault_of_text(pem: str) -> str:
    if len(pem) > LARGEST_PEM or pem.count("BEGIN CERTIFICATE") > MOST_CERTIFICATES:
        return Message(gettext_noop("The CA certificate is too long: at most 100 certificates in 256 kB."))
    if "PRIVATE KEY" in pem:
        return Message(gettext_noop("The CA certificate contains a private key; paste only the certificate."))
    if "-----BEGIN CERTIFICATE-----" not in pem or not pem.isascii():
        return Message(gettext_noop("The CA certificate is not in PEM format."))
    return ""


def _fault_of_certificates(ends: Sequence[float]) -> str:
    """`ends`: of each certificate of a CA, as Unix time."""
    if not ends:
        return Message(gettext_noop("The certificate is not that of a CA."))
    if max(ends) < time.time():
        return Message(gettext_noop("The CA certificate has expired."))
    return ""
