"""Authorities and server certificates made on the spot."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)
YEAR = timedelta(days=365)


def _pem(cert: x509.Certificate) -> str:
    return cert.public_bytes(serialization.Encoding.PEM).decode()


@dataclass(frozen=True, slots=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    cert: x509.Certificate

    @property
    def pem(self) -> str:
        return _pem(self.cert)

    @property
    def key_pem(self) -> str:
        kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return self.key.private_bytes(serialization.Encoding.PEM, kind, plain).decode()

    def server(self, folder: Path, *names: str, ends: datetime = NOW + YEAR) -> ssl.SSLContext:
        """What a server needs to show a certificate of this authority for `names`."""
        key = ec.generate_private_key(ec.SECP256R1())
        cert = (
            _builder(names[0], key, ends=ends)
            .issuer_name(self.cert.subject)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )
        path = folder / f"{names[0]}.pem"
        path.write_text(_pem(cert) + Authority(key, cert).key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


def _builder(name: str, key: ec.EllipticCurvePrivateKey, *, ends: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - 2 * YEAR)
        .not_valid_after(ends)
    )


def authority(name: str = "Nordwind CA", *, ends: datetime = NOW + YEAR, ca: bool = True, old: bool = False) -> Authority:
    """`old`: as made in the nineties, without key usage and with a constraint that is not critical: only the strict check minds."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(name, key, ends=ends)
    builder = builder.issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=not old)
    if not old:
        signs = x509.KeyUsage(False, False, False, False, False, ca, ca, False, False)
        builder = builder.add_extension(signs, critical=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    return Authority(key, builder.sign(key, hashes.SHA256()))
