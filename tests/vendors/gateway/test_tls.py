"""Whom the gateway trusts."""

from __future__ import annotations

import base64
import ssl
import warnings
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from tests.faults.report import Measured
from tests.vendors.certificates import NOW, YEAR, Authority, authority
from tests.vendors.gateway_calls import gateway
from tests.vendors.sockets import OK, serving
from vendors.errors import Misconfigured, Unavailable, VendorError
from vendors.gateway import tls

pytestmark = pytest.mark.fault("F45")
HOST = "epm.corp.example"


@pytest.fixture(scope="module")
def ours() -> Authority:
    return authority()


def call(server: ssl.SSLContext, *, ca_pem: str = "", strict_ca: bool = True) -> bytes:
    """To HOST, which resolves to loopback: the name is still what the certificate must carry."""
    with serving(OK, tls=server) as served:
        one = gateway(private_hosts=[HOST], resolve=lambda host, port: ["127.0.0.1"], ca_pem=ca_pem, strict_ca=strict_ca)
        return one.send("GET", f"https://{HOST}:{served.port}/", operation="list things").body


def refused(server: ssl.SSLContext, *, ca_pem: str = "", strict_ca: bool = True) -> VendorError:
    with pytest.raises(Misconfigured) as caught:
        call(server, ca_pem=ca_pem, strict_ca=strict_ca)
    assert caught.value.next_step and caught.value.__context__ is None
    return caught.value


def test_a_pinned_authority_is_trusted(ours: Authority, tmp_path: Path) -> None:
    assert call(ours.server(tmp_path, HOST), ca_pem=ours.pem) == b"{}"


def test_an_unknown_authority_is_not(ours: Authority, tmp_path: Path) -> None:
    assert "not from a trusted CA" in refused(ours.server(tmp_path, HOST)).sentence
    assert "not from a trusted CA" in refused(ours.server(tmp_path, HOST), ca_pem=authority("Another").pem).sentence


def test_a_pinned_authority_replaces_the_public_ones(ours: Authority) -> None:
    subjects = [each["subject"] for each in tls.context(ours.pem).get_ca_certs()]
    assert subjects == [((("commonName", "Nordwind CA"),),)]
    assert len(tls.context().get_ca_certs()) > 50


def test_the_name_must_be_in_the_certificate(ours: Authority, tmp_path: Path) -> None:
    assert "for another name" in refused(ours.server(tmp_path, "other.example"), ca_pem=ours.pem).sentence


def test_an_expired_certificate_is_refused(ours: Authority, tmp_path: Path) -> None:
    assert "has expired" in refused(ours.server(tmp_path, HOST, ends=NOW - YEAR / 2), ca_pem=ours.pem).sentence


def test_a_certificate_of_tomorrow_is_refused(ours: Authority, tmp_path: Path) -> None:
    assert "not valid yet" in refused(ours.server(tmp_path, HOST, ends=NOW + 3 * YEAR), ca_pem=ours.pem).sentence


def test_a_server_without_tls_is_refused() -> None:
    with serving(OK, greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n") as served, pytest.raises(Misconfigured, match="TLS"):
        gateway().send("GET", f"https://127.0.0.1:{served.port}/", operation="list things")


def test_a_server_that_never_shakes_hands_is_unavailable() -> None:
    with serving(OK) as served, pytest.raises(Unavailable) as caught:
        gateway(deadline=0.4).send("GET", f"https://127.0.0.1:{served.port}/", operation="list things")
    assert not caught.value.sent


def test_only_the_strict_check_can_be_switched_off(tmp_path: Path) -> None:
    old = authority("Old CA", old=True)
    lax = tls.context(old.pem, strict=False)
    assert not lax.verify_flags & ssl.VERIFY_X509_STRICT
    assert lax.verify_mode is ssl.CERT_REQUIRED and lax.check_hostname
    assert call(old.server(tmp_path, HOST), ca_pem=old.pem, strict_ca=False) == b"{}"
    assert "another name" in refused(old.server(tmp_path, "other.example"), ca_pem=old.pem, strict_ca=False).sentence


def outdated(server: ssl.SSLContext) -> ssl.SSLContext:
    """TLS 1.0 and nothing later."""
    server.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        server.minimum_version = server.maximum_version = ssl.TLSVersion.TLSv1
    return server


def test_each_fault_of_tls_is_named(ours: Authority, tmp_path: Path, measured: Measured) -> None:
    old = authority("Old CA", old=True)
    named = {
        "has expired": refused(ours.server(tmp_path, HOST, ends=NOW - YEAR / 2), ca_pem=ours.pem),
        "for another name": refused(ours.server(tmp_path, "other.example"), ca_pem=ours.pem),
        "not from a trusted CA": refused(ours.server(tmp_path, HOST)),
        "only outdated versions of TLS": refused(outdated(ours.server(tmp_path, HOST)), ca_pem=ours.pem),
        "certificate is not accepted": refused(old.server(tmp_path, HOST), ca_pem=old.pem),
    }
    wrong = {words: error.sentence for words, error in named.items() if words not in error.sentence}
    assert not wrong, wrong
    measured(f"faults of TLS that are not named, of {len(named)}", len(wrong), at_most=0, unit="faults")


def _with_date(of: Authority, date: bytes) -> str:
    """The certificate with another end: the digits of a date, such as those of a thirteenth month."""
    plain = of.cert.public_bytes(Encoding.DER)
    end = of.cert.not_valid_after_utc.strftime("%y%m%d%H%M%SZ").encode()
    assert plain.count(end) == 1 and len(date) == len(end)
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(plain.replace(end, date)).decode()}-----END CERTIFICATE-----\n"


def test_what_cannot_serve_as_an_authority(ours: Authority) -> None:
    wrong = {
        "private key": ours.pem + ours.key_pem,
        "private key ": ours.key_pem,
        "not in PEM format": "hello",
        "cannot be read": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "cannot be read ": _with_date(ours, b"301300000000Z"),
        "too long": ours.pem * 101,
        "too long ": "x" * 10_000_000,
        "not that of a CA": authority(ca=False).pem,
        "expired": authority(ends=NOW - YEAR / 2).pem,
        "not in PEM format ": ours.cert.tbs_certificate_bytes.decode("latin-1"),
    }
    for reason, pem in wrong.items():
        with pytest.raises(Misconfigured, match=reason.strip()):
            gateway(ca_pem=pem)
    assert tls.context(ours.pem.replace("\n", "\r\n")).get_ca_certs()
