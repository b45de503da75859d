"""Content credentials (C2PA) and the IPTC field: every result says that a model changed it.

    encoded result → XMP → signed manifest        the very last change of bytes

The manifest says: opened this source (its parent), edited it by this model, composite with
trained algorithmic media. It holds no thumbnail: one would show the picture before the edit.
Credentials that the upload came with stay inside as the parent's, their own thumbnails redacted;
where that cannot be done, their hash and issuer are told (`credentials.Incoming`). Keys are not
known here: a `Seal` is passed in.
"""

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import c2pa

from editor.imaging import credentials, xmp
from editor.imaging.credentials import Incoming
from editor.imaging.encoding import OutputFormat

ACTIONS = "c2pa.actions.v2"
INCOMING = "org.freeai.incoming-credentials"
PARENT = "source"
REDACTED_BECAUSE = "c2pa.PII.present"


@dataclass(frozen=True, slots=True)
class Seal:
    """What signs: a certificate chain, and its private key or a function that has it.

    chain: PEM, the signer's own certificate first. key: PEM (PKCS 8); "" if `sign` is given.
    sign: takes the bytes, returns the raw signature; for keys that never leave their house.
    algorithm: es256, es384, es512, ps256, ps384, ps512 or ed25519. timestamp_url: an RFC 3161 server, or "".
    """

    chain: str
    key: str = field(default="", repr=False)
    sign: Callable[[bytes], bytes] | None = None
    algorithm: str = "es256"
    timestamp_url: str = ""


@dataclass(frozen=True, slots=True)
class Making:
    """How a result came about, as its credentials will tell.

    model: the model's name. rights: what the source's metadata said (`rights.facts`).
    made_at: ISO 8601, UTC. parent: the normalised source's bytes and media type.
    incoming: the upload's own credentials.
    """

    model: str
    made_at: str
    parent: tuple[bytes, str]
    rights: Mapping[str, str | bool] = field(default_factory=dict)
    incoming: Incoming | None = None


def seal(data: bytes, making: Making, by: Seal, *, format: OutputFormat) -> bytes:  # noqa: A002
    """Return the picture with its IPTC field and signed credentials; not a pixel changes."""
    labelled = xmp.embed(data, xmp.packet(making.rights), format=format)
    if making.incoming is not None and making.incoming.archive:
        try:
            signed = _signed(labelled, making, by, format)
        except c2pa.C2paError:
            signed = b""
        if signed and not credentials.holds_a_file(signed, labelled):
            return signed
        making = replace(making, incoming=making.incoming.only_named())
    return _signed(labelled, making, by, format)


def _signed(labelled: bytes, making: Making, by: Seal, format: OutputFormat) -> bytes:  # noqa: A002
    builder = c2pa.Builder(_manifest(making), _context())
    builder.set_intent(c2pa.C2paBuilderIntent.EDIT)
    if making.incoming is not None and making.incoming.archive:
        builder.add_ingredient_from_archive(io.BytesIO(making.incoming.archive))
    else:
        source, media_type = making.parent
        fingerprint = hashlib.sha256(source).hexdigest()
        parent = {"title": PARENT, "relationship": "parentOf", "description": f"sha256 {fingerprint}"}
        builder.add_ingredient(parent, media_type, io.BytesIO(source))
    out = io.BytesIO()
    with _signer(by) as signer:
        builder.sign(signer, f"image/{format}", io.BytesIO(labelled), out)
    return out.getvalue()


def label(jpeg: bytes) -> bytes:
    """Give a small JPEG of a result (a thumbnail, a preview) the IPTC field."""
    return xmp.embed(jpeg, xmp.packet({}), format="jpeg")


def _manifest(making: Making) -> dict[str, Any]:
    edited = {
        "action": "c2pa.edited",
        "softwareAgent": {"name": making.model},
        "when": making.made_at,
        "digitalSourceType": xmp.SOURCE_TYPE,
    }
    incoming = making.incoming or Incoming()
    redacted = [
        {"action": "c2pa.redacted", "reason": REDACTED_BECAUSE, "parameters": {"redacted": address}}
        for address in incoming.redactions
    ]
    assertions: list[dict[str, Any]] = [{"label": ACTIONS, "data": {"actions": [edited, *redacted]}}]
    if incoming.sha256 and not incoming.archive:
        told = {"sha256": incoming.sha256, "issuer": incoming.issuer}
        assertions.append({"label": INCOMING, "data": told})
    manifest: dict[str, Any] = {
        "claim_generator_info": [{"name": "FreeAI"}],
        "title": "result",
        "assertions": assertions,
    }
    return manifest | ({"redactions": list(incoming.redactions)} if incoming.redactions else {})


def _signer(by: Seal) -> c2pa.Signer:
    if by.sign is not None:
        algorithm = c2pa.C2paSigningAlg[by.algorithm.upper()]
        return c2pa.Signer.from_callback(by.sign, algorithm, by.chain, by.timestamp_url or None)
    info = c2pa.C2paSignerInfo(
        by.algorithm.encode(), by.chain.encode(), by.key.encode(), by.timestamp_url.encode() or None
    )
    return c2pa.Signer.from_info(info)


@cache
def _context() -> c2pa.Context:
    """What holds for every manifest of ours. Reading its own work again would double the time."""
    return c2pa.Context.from_dict(
        {
            "builder": {"thumbnail": {"enabled": False}},
            "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
        }
    )
