"""
Who vouches for the servers of a secured bus? A certificate authority (CA) of its own, made at the first start.

Clients trust this CA and no other: not those of the operating system. The certificates of the servers are made anew at
every start, so none of them is ever about to expire. Source: RFC 5280; keys on P-256.
"""

import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from yisong.embedded.ports import LOOPBACK
from yisong.errors import WiringFault
from yisong.home import write_whole
from yisong.secret_file import OWNER_ONLY, check_private, write_secret

_AUTHORITY_LASTS: Final = timedelta(days=3650)
_SERVER_LASTS: Final = timedelta(days=397)
# Clocks of two machines differ: what is made now must be valid there, too.
_BEFORE: Final = timedelta(hours=1)


class Authority:
    """The CA of a bus: its certificate ``ca.pem``, which everybody may have, and its key ``ca.key``, which signs."""

    def __init__(self, folder: Path, *, bus: str) -> None:
        """Take the CA in *folder*, making that of the *bus* at the first start. Raises WiringFault if it is broken."""
        self.certificate, self._key_file = folder / "ca.pem", folder / "ca.key"
        if not self.certificate.exists() and not self._key_file.exists():
            _make_authority(self.certificate, self._key_file, bus=bus)
        check_private(self._key_file)
        try:
            self._key = _private_key(self._key_file.read_bytes())
            self._own = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        except (OSError, ValueError, TypeError) as fault:
            raise WiringFault(
                f"The CA of this bus in {folder} cannot be read ({type(fault).__name__}), so its servers cannot show "
                "who they are. Restore ca.pem and ca.key from a copy."
            ) from fault

    def server(self, name: str, *, certificate: Path, key: Path) -> None:
        """
        Make a new pair for the server *name* (``kafka``) on this machine: *certificate* and *key* may be one file.

        The key is readable to its owner alone. Kafka shows the pair as a client, too, when it speaks to its controller.
        """
        private = ec.generate_private_key(ec.SECP256R1())
        made = _signed(
            _builder(_name(name), issuer=self._own.subject, public=private.public_key(), lasts=_SERVER_LASTS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK)), x509.DNSName("localhost")]),
                critical=False,
            )
            .add_extension(
                x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]),
                critical=False,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False),
            self._key,
        )
        shown, secret = made.public_bytes(Encoding.PEM), _pem(private)
        if certificate == key:
            write_whole(key, secret + shown, mode=OWNER_ONLY)
        else:
            write_whole(certificate, shown)
            write_whole(key, secret, mode=OWNER_ONLY)


def _make_authority(certificate: Path, key_file: Path, *, bus: str) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    # The name of the bus is its own, so that two of them are told apart in an error.
    name = _name(f"Yisong {bus}")
    made = _signed(
        _builder(name, issuer=name, public=private.public_key(), lasts=_AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_SIGNS_CERTIFICATES, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False),
        private,
    )
    write_secret(key_file, _pem(private))
    write_whole(certificate, made.public_bytes(Encoding.PEM))


_SIGNS_CERTIFICATES: Final = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _builder(
    subject: x509.Name, *, issuer: x509.Name, public: ec.EllipticCurvePublicKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.fromtimestamp(time.time(), UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _BEFORE)
        .not_valid_after(now + lasts)
    )


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("no key on an elliptic curve")
    return key
