"""Every result says what it is: signed, with its source as parent, and without a picture from before."""

import io
import json
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from PIL import Image

from editor import signing
from editor.imaging import credentials, encoding, provenance, witness, xmp
from editor.imaging.encoding import OutputFormat
from editor.imaging.limits import ImageUnsupportedFormat, Limits
from editor.imaging.provenance import Making, Seal
from tests import pictures

PHOTO = pictures.photo(160, 130)
FADED = np.tile(np.linspace(0, 255, 160, dtype=np.uint8), (130, 1))
KINDS: list[tuple[OutputFormat, bool, bool]] = [
    ("png", False, True),
    ("png", True, True),
    ("jpeg", False, False),
    ("webp", False, True),
    ("webp", True, True),
    ("webp", False, False),
    ("webp", True, False),
]


@pytest.fixture(scope="module")
def seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    return signing.own(tmp_path_factory.mktemp("secrets") / "signing.pem")


def made(kind: OutputFormat, *, has_alpha: bool, lossless: bool) -> bytes:
    return encoding.encode(PHOTO, FADED if has_alpha else None, format=kind, lossless=lossless)


def making(**facts: Any) -> Making:
    parent = pictures.encoded(PHOTO, "JPEG")
    told = {"model": "Some Model", "made_at": "2026-11-25T00:00:00+00:00", "parent": (parent, "image/jpeg")}
    return Making(**told | facts)


def manifests(signed: bytes, kind: str) -> dict[str, Any]:
    with c2pa.Reader(f"image/{kind}", io.BytesIO(signed), context=credentials.context()) as reader:
        found: dict[str, Any] = json.loads(reader.detailed_json())
    return found


def foreign(seal: Seal, *, thumbnails: bool = True) -> bytes:
    """Return a JPEG that another program signed, with thumbnails of it before and after, and a place."""
    photo = pictures.encoded(PHOTO, "JPEG")
    settings = {"builder": {"thumbnail": {"enabled": thumbnails}}, "verify": {"verify_trust": False}}
    place = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSLatitude": "39,21.102N"}
    manifest = {
        "claim_generator_info": [{"name": "Camera"}],
        "assertions": [{"label": "stds.exif", "data": place, "kind": "Json"}],
    }
    builder = c2pa.Builder(manifest, c2pa.Context.from_dict(settings))
    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
    out = io.BytesIO()
    with provenance._signer(seal) as signer:
        builder.sign(signer, "image/jpeg", io.BytesIO(photo), out)
    return out.getvalue()


@pytest.mark.parametrize(("kind", "has_alpha", "lossless"), KINDS)
def test_signing_changes_no_pixel_and_any_changed_byte_is_told(
    kind: OutputFormat, has_alpha: bool, lossless: bool, seal: Seal
) -> None:
    plain = made(kind, has_alpha=has_alpha, lossless=lossless)
    signed = provenance.seal(plain, making(), seal, format=kind)
    before, after = (np.asarray(Image.open(io.BytesIO(data))) for data in (plain, signed))
    assert np.array_equal(before, after)
    assert xmp.SOURCE_TYPE.encode() in signed
    assert b"c2pa.thumbnail" not in signed
    report = credentials.read(signed, f"image/{kind}")
    assert (report.state, report.parent) == ("valid", "source")
    assert report.chain[0].actions == (("c2pa.opened", ""), ("c2pa.edited", "Some Model"))
    assert report.chain[0].is_ai
    for share in (0.3, 0.6, 0.9):
        altered = bytearray(signed)
        altered[int(len(altered) * share)] ^= 1
        assert credentials.read(bytes(altered), f"image/{kind}").state != "valid"


def test_the_manifest_says_what_the_law_asks_for(seal: Seal) -> None:
    signed = provenance.seal(made("png", has_alpha=False, lossless=True), making(), seal, format="png")
    with c2pa.Reader("image/png", io.BytesIO(signed), context=credentials.context()) as reader:
        store = json.loads(reader.json())
    manifest = store["manifests"][store["active_manifest"]]
    edited = manifest["assertions"][0]["data"]["actions"][1]
    assert edited["digitalSourceType"] == xmp.SOURCE_TYPE
    assert edited["softwareAgent"] == {"name": "Some Model"}
    assert [part["relationship"] for part in manifest["ingredients"]] == ["parentOf"]


def test_a_copyright_notice_goes_on_in_the_result(seal: Seal) -> None:
    rights = {"exif_copyright": '© Ärger & "Söhne" <GmbH>', "content_credentials": False}
    plain = made("jpeg", has_alpha=False, lossless=False)
    signed = provenance.seal(plain, making(rights=rights), seal, format="jpeg")
    taken = Image.open(io.BytesIO(signed)).info["xmp"].decode()
    assert '© Ärger &amp; "Söhne" &lt;GmbH&gt;' in taken


def test_an_agency_s_credit_goes_on_wherever_it_stood(seal: Seal) -> None:
    plain = made("jpeg", has_alpha=False, lossless=False)
    for place in ("xmp_credit", "iptc_credit"):
        signed = provenance.seal(plain, making(rights={place: "Some Agency"}), seal, format="jpeg")
        assert 'photoshop:Credit="Some Agency"' in Image.open(io.BytesIO(signed)).info["xmp"].decode()


def test_incoming_credentials_go_on_without_pictures_and_places(seal: Seal) -> None:
    upload = foreign(seal)
    assert upload.count(b"bidb") == 2
    incoming = credentials.Incoming.from_bytes(credentials.keep(upload, "image/jpeg").to_bytes())
    plain = made("webp", has_alpha=False, lossless=False)
    signed = provenance.seal(plain, making(incoming=incoming), seal, format="webp")
    report = credentials.read(signed, "image/webp")
    assert report.state == "valid"
    assert [claim.program for claim in report.chain] == ["FreeAI", "Camera"]
    assert b"bidb" not in signed
    assert b"39,21.102N" in upload
    assert b"39,21.102N" not in signed
    stores = [manifest["assertion_store"] for manifest in manifests(signed, "webp")["manifests"].values()]
    assert not [name for store in stores for name in store if "thumbnail" in name or "exif" in name]


def test_an_edit_of_an_edit_names_both(seal: Seal) -> None:
    plain = made("jpeg", has_alpha=False, lossless=False)
    first = provenance.seal(plain, making(model="First"), seal, format="jpeg")
    incoming = credentials.keep(first, "image/jpeg")
    second = provenance.seal(plain, making(model="Second", incoming=incoming), seal, format="jpeg")
    report = credentials.read(second, "image/jpeg")
    assert report.state == "valid"
    assert [claim.actions[1][1] for claim in report.chain] == ["Second", "First"]


def test_credentials_that_cannot_be_kept_are_told_by_hash_and_issuer(seal: Seal) -> None:
    upload = foreign(seal)
    broken = credentials.Incoming(
        b"no archive", ("self#jumbf=/c2pa/x/c2pa.assertions/y",), "ab" * 32, "Camera Co"
    )
    plain = made("png", has_alpha=False, lossless=True)
    signed = provenance.seal(plain, making(incoming=broken), seal, format="png")
    assert credentials.read(signed, "image/png").state == "valid"
    store = next(iter(manifests(signed, "png")["manifests"].values()))["assertion_store"]
    assert store[provenance.INCOMING] == {"sha256": "ab" * 32, "issuer": "Camera Co"}
    torn = upload[: upload.index(b"c2pa.claim") + 40]
    assert credentials.keep(torn, "image/jpeg").archive == b""


def test_a_thumbnail_carries_the_iptc_field() -> None:
    small = provenance.label(encoding.thumbnail(PHOTO, None, side_max=64))
    picture = Image.open(io.BytesIO(small))
    assert xmp.SOURCE_TYPE.encode() in picture.info["xmp"]
    assert picture.size == (64, 52)


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "signing.pem"
    signing.own.cache_clear()
    first = signing.own(file)
    signing.own.cache_clear()
    assert signing.own(file) == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(first)


def test_a_witness_says_what_a_picture_claims_and_refuses_what_is_none(seal: Seal) -> None:
    signed = provenance.seal(made("png", has_alpha=False, lossless=True), making(), seal, format="png")
    report, strength = witness.tell(signed, limits=Limits(), mark_key="k")
    assert report == credentials.read(signed, "image/png")
    assert strength < 6
    incoming = witness.keep(foreign(seal), limits=Limits())
    assert len(incoming.redactions) == 3
    with pytest.raises(ImageUnsupportedFormat):
        witness.tell(b"GIF89a and so on", limits=Limits(), mark_key="k")
