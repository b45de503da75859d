"""Which certificate and key sign results: given by settings, or made here at the first result.

A generated certificate is our own word only: readers show it as valid, and its signer as unknown.
The private key never leaves this module but into the signer; no log or error repeats it.
"""

import os
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.module_loading import import_string

from editor.imaging import credentials, encoding, provenance
from editor.imaging.provenance import Making, Seal

VALID_FOR = timedelta(days=3650)
_KEY_END = "-----END PRIVATE KEY-----\n"


def seal() -> Seal:
    """Return what signs results now."""
    if settings.SIGNING_CERTIFICATE:
        return given(
            settings.SIGNING_CERTIFICATE,
            settings.SIGNING_KEY,
            settings.SIGNING_CALLBACK,
            settings.SIGNING_ALGORITHM,
            settings.TIMESTAMP_URL,
        )
    return own(settings.HOME / "secrets" / "signing.pem", settings.TIMESTAMP_URL)


def prove(by: Seal) -> None:
    """Sign a speck of a picture; raises whatever is wrong with the certificate or the key."""
    speck = encoding.encode(np.zeros((8, 8, 3), np.uint8), None, format="jpeg")
    making = Making(model="check", made_at="", parent=(speck, "image/jpeg"))
    told = credentials.read(provenance.seal(speck, making, by, format="jpeg"), "image/jpeg")
    if told.state != "valid":
        raise ValueError(told.problem)


@lru_cache(maxsize=2)
def given(certificate: str, key: str, callback: str, algorithm: str, timestamp_url: str) -> Seal:
    """Return the seal that settings describe. Raises OSError or ImportError where they point to nothing."""
    return Seal(
        chain=Path(certificate).read_text(encoding="ascii"),
        key="" if callback else Path(key).read_text(encoding="ascii"),
        sign=import_string(callback) if callback else None,
        algorithm=algorithm.lower(),
        timestamp_url=timestamp_url,
    )


@lru_cache(maxsize=2)
def own(kept_in: Path, timestamp_url: str = "") -> Seal:
    """Return a seal of our own, from a file made on first need (mode 0600).

    Key and chain are in one file that appears whole, so two processes that start together agree.
    """
    if not kept_in.exists():
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        draft = kept_in.with_name(f".{kept_in.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(_made(), encoding="ascii")
        try:
            os.link(draft, kept_in)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key, end, chain = kept_in.read_text(encoding="ascii").partition(_KEY_END)
    return Seal(chain=chain, key=key + end, timestamp_url=timestamp_url)


def _made() -> str:
    """Make an authority of our own and a certificate under it, as C2PA wants them; key, leaf, authority.

    The authority's key is forgotten at once: it signs this one certificate and nothing else, ever.
    """
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority, signer = _name("FreeAI own authority"), _name("FreeAI, self-signed")
    root = (
        _certificate(authority, authority, authority_key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        _certificate(signer, authority, key.public_key(), authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    chain = leaf.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
    return (secret + chain).decode("ascii")


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    # An hour back: machines need not agree on the time.
    begin = datetime.now(UTC) - timedelta(hours=1)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + VALID_FOR)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False)
    )


def _name(words: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "FreeAI"),
            x509.NameAttribute(NameOID.COMMON_NAME, words),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
