"""The certificate of SIP over TLS: the operator's, or one we make and keep."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
from pathlib import Path

from ringfence.kernel.errors import Refused

_YEARS = 10


def server_context(
    data: Path, certificate: Path | None, key: Path | None, *, name: str
) -> ssl.SSLContext:
    """A TLS server context. ``name``: what a self-made certificate says it is.

    Raises `Refused` (``bad_certificate``) where the operator's files do not fit.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if certificate is None or key is None:
        certificate, key = data / "keys" / "sip-tls.crt", data / "keys" / "sip-tls.key"
        if not (certificate.exists() and key.exists()):
            _make(certificate, key, name)
    try:
        context.load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError):
        raise Refused(
            "bad_certificate",
            "tls_certificate and tls_key are not a PEM certificate and its private key",
        ) from None
    return context


def _make(certificate: Path, key: Path, name: str) -> None:
    # Here, because it is read in once in ten years, and takes two megabytes.
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    try:
        subject_name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        subject_name = x509.DNSName(name)
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=365 * _YEARS))
        .add_extension(x509.SubjectAlternativeName([subject_name]), critical=False)
        .sign(private, hashes.SHA256())
    )
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(
            private.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
    certificate.write_bytes(built.public_bytes(serialization.Encoding.PEM))
