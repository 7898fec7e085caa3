from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from devices.accounts import certificates
from tests.vendors.certificates import authority
from vendors.gateway import tls

VERSION_3, VERSION_2 = b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x01"


def test_a_certificate_that_cannot_be_named_is_refused() -> None:
    """TLS would trust this one, and neither the account's page nor the audit log could say which it is."""
    plain = authority().cert.public_bytes(Encoding.DER)
    assert plain.count(VERSION_3) == 1
    old = base64.encodebytes(plain.replace(VERSION_3, VERSION_2)).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{old}-----END CERTIFICATE-----\n"
    assert tls.context(pem).get_ca_certs()
    with pytest.raises(certificates.BadCertificate, match=r"^The CA certificate cannot be read\. Paste"):
        certificates.check(pem)
    assert (certificates.describe(pem), certificates.fingerprints(pem)) == ([], [])


def test_no_certificate_is_none_to_refuse() -> None:
    certificates.check("")
    certificates.check(authority().pem)
