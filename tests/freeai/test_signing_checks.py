"""What the system checks say of the certificate and of what signs with it, and that each way signs."""

import io
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.conf import LazySettings
from PIL import Image

from editor import signing
from editor.imaging import credentials, provenance
from editor.imaging.provenance import Making
from freeai import checks
from tests import pictures

CALLBACK = "tests.freeai.test_signing_checks.sign_elsewhere"
_kept_elsewhere: dict[str, str] = {}


def sign_elsewhere(data: bytes) -> bytes:
    """Sign as a key service does: the site has no key, and gets 64 raw bytes."""
    key = load_pem_private_key(_kept_elsewhere["key"].encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def refuse_to_sign(data: bytes) -> bytes:
    """Fail as a key service that is down does."""
    raise ConnectionError("the key service does not answer")


@pytest.fixture
def house(tmp_path: Path, settings: LazySettings) -> Path:
    """Return a folder with a certificate and its key; no setting names them yet."""
    made = signing.own(tmp_path / "made.pem")
    (tmp_path / "chain.pem").write_text(made.chain)
    (tmp_path / "key.pem").write_text(made.key)
    _kept_elsewhere["key"] = made.key
    settings.SIGNING_CERTIFICATE = settings.SIGNING_KEY = settings.SIGNING_CALLBACK = ""
    settings.SIGNING_ALGORITHM, settings.TIMESTAMP_URL = "es256", ""
    return tmp_path


def found() -> list[str]:
    return [str(message.id) for message in checks.results_can_be_signed(None)]


def test_a_certificate_with_its_key_is_fine(house: Path, settings: LazySettings) -> None:
    settings.SIGNING_CERTIFICATE, settings.SIGNING_KEY = str(house / "chain.pem"), str(house / "key.pem")
    assert found() == []
    assert checks.signer_is_ours_alone(None) == []


def test_a_callback_signs_what_validates(house: Path, settings: LazySettings) -> None:
    settings.SIGNING_CERTIFICATE, settings.SIGNING_CALLBACK = str(house / "chain.pem"), CALLBACK
    assert found() == []
    photo = pictures.encoded(pictures.photo(96, 64), "JPEG")
    seal = signing.seal()
    assert seal.key == ""
    signed = provenance.seal(photo, Making("m", "", (photo, "image/jpeg")), seal, format="jpeg")
    assert credentials.read(signed, "image/jpeg").state == "valid"
    assert Image.open(io.BytesIO(signed)).size == (96, 64)


@pytest.mark.parametrize(
    "chosen",
    [
        {"SIGNING_KEY": "key.pem"},
        {"SIGNING_CALLBACK": CALLBACK},
        {"SIGNING_CERTIFICATE": "chain.pem"},
        {"SIGNING_CERTIFICATE": "chain.pem", "SIGNING_KEY": "key.pem", "SIGNING_CALLBACK": CALLBACK},
    ],
)
def test_a_certificate_needs_exactly_one_signer_and_a_signer_a_certificate(
    house: Path, settings: LazySettings, chosen: dict[str, str]
) -> None:
    for name, value in chosen.items():
        setattr(settings, name, value if "." in value and not value.endswith(".pem") else str(house / value))
    assert found() == ["freeai.E004"]


def test_what_does_not_sign_is_told_before_the_first_result(house: Path, settings: LazySettings) -> None:
    other = signing.own(house / "other.pem")
    (house / "other-key.pem").write_text(other.key)
    settings.SIGNING_CERTIFICATE = str(house / "chain.pem")
    settings.SIGNING_KEY = str(house / "other-key.pem")
    assert found() == ["freeai.E005"]
    settings.SIGNING_KEY = str(house / "nowhere.pem")
    assert found() == ["freeai.E005"]
    settings.SIGNING_KEY = ""
    for callback in ("tests.freeai.test_signing_checks.refuse_to_sign", "tests.nowhere.sign"):
        settings.SIGNING_CALLBACK = callback
        assert found() == ["freeai.E005"]


def test_no_message_repeats_the_key(house: Path, settings: LazySettings) -> None:
    settings.SIGNING_CERTIFICATE = str(house / "chain.pem")
    (house / "broken.pem").write_text((house / "key.pem").read_text().replace("A", "B"))
    settings.SIGNING_KEY = str(house / "broken.pem")
    [message] = checks.results_can_be_signed(None)
    secret = (house / "broken.pem").read_text().splitlines()[1]
    assert secret not in f"{message.msg} {message.hint}"


def test_a_certificate_made_here_is_warned_of_in_production(house: Path) -> None:
    assert found() == []
    assert [str(message.id) for message in checks.signer_is_ours_alone(None)] == ["freeai.W003"]
