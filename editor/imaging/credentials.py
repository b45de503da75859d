"""Content credentials that somebody else's picture carries: read in words, or kept as an ingredient.

For foreign bytes: run it in the confined child (`witness`), not in a server. Nothing is fetched
from the network, whatever a manifest points to.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import c2pa

ARCHIVE_BYTES_MAX = 4_194_304
TEXT_CHARS_MAX = 120
CHAIN_MAX = 6
REDACTIONS_MAX = 100

PRIVATE_ASSERTIONS = ("c2pa.thumbnail", "stds.exif", "c2pa.metadata", "cawg.metadata")
"""What an incoming manifest may not bring along: pictures from before the edit, places and devices."""
_EMBEDDED_FILE = b"bidb"
"""The box type that holds a file inside a manifest; a thumbnail is one."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """An upload's own credentials, ready to become part of a result's.

    archive: what c2pa keeps of an ingredient; empty where it cannot be kept without its pictures.
    redactions: addresses of the assertions to leave out. sha256: of the upload. issuer: who signed it.
    """

    archive: bytes = b""
    redactions: tuple[str, ...] = ()
    sha256: str = ""
    issuer: str = ""

    def to_bytes(self) -> bytes:
        """Return this as one file: a line of JSON, then the archive."""
        head = {"redactions": list(self.redactions), "sha256": self.sha256, "issuer": self.issuer}
        return json.dumps(head).encode() + b"\n" + self.archive

    def only_named(self) -> "Incoming":
        """Return what may be told of credentials that cannot be kept: their hash and issuer."""
        return Incoming(sha256=self.sha256, issuer=self.issuer)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Incoming":
        line, _, archive = data.partition(b"\n")
        head = json.loads(line)
        return cls(archive, tuple(head["redactions"]), head["sha256"], head["issuer"])


@dataclass(frozen=True, slots=True)
class Claim:
    """One manifest in words: who signed, with what, when, and what was done by which program."""

    issuer: str
    program: str
    signed_at: str
    actions: tuple[tuple[str, str], ...]
    is_ai: bool


@dataclass(frozen=True, slots=True)
class Report:
    """What a picture's credentials say. state: "none", "valid", "altered" or "unreadable".

    is_trusted: the signer is on a trust list that this library was given (none, by default).
    chain: this picture's claim first, then its parents'.
    """

    state: str
    chain: tuple[Claim, ...] = ()
    parent: str = ""
    problem: str = ""


def keep(data: bytes, media_type: str) -> Incoming:
    """Take the credentials out of an upload, as an ingredient for results to come."""
    sha256 = hashlib.sha256(data).hexdigest()
    store = _store(data, media_type)
    if store is None:
        return Incoming(sha256=sha256)
    issuer = _clean(_active(store).get("signature_info", {}).get("issuer", ""))
    hidden = tuple(sorted(_private(store)))
    builder = c2pa.Builder({"assertions": []}, context())
    parent = {"title": "source", "relationship": "parentOf", "instance_id": "source"}
    archive = io.BytesIO()
    try:
        builder.add_ingredient(parent, media_type, io.BytesIO(data))
        builder.write_ingredient_archive("source", archive)
    except c2pa.C2paError:
        return Incoming(sha256=sha256, issuer=issuer)
    is_bearable = len(archive.getvalue()) <= ARCHIVE_BYTES_MAX and len(hidden) <= REDACTIONS_MAX
    kept = archive.getvalue() if is_bearable else b""
    return Incoming(kept, hidden if kept else (), sha256, issuer)


def holds_a_file(signed: bytes, picture: bytes) -> bool:
    """Tell whether signing put more files into a picture than it had: a thumbnail that got through."""
    return signed.count(_EMBEDDED_FILE) > picture.count(_EMBEDDED_FILE)


def read(data: bytes, media_type: str) -> Report:
    """Say what a picture's credentials say, and whether the picture is still the one they were made for."""
    try:
        reader = c2pa.Reader.try_create(media_type, io.BytesIO(data), context=context())
    except c2pa.C2paError as error:
        return Report("unreadable", problem=_clean(str(error)))
    if reader is None:
        return Report("none")
    with reader:
        store: dict[str, Any] = json.loads(reader.json())
        failures = _failures(store)
    chain = tuple(_claim(manifest) for manifest in _chain(store))
    if not chain:
        return Report("unreadable")
    parents = _parents(_active(store))
    parent = _clean(parents[0].get("title", "")) if parents else ""
    problem = ", ".join(sorted(failures))[:TEXT_CHARS_MAX]
    return Report("altered" if failures else "valid", chain, parent, problem)


@cache
def context() -> c2pa.Context:
    """How foreign manifests are read: nothing from the network, and no trust list is claimed."""
    return c2pa.Context.from_dict(
        {
            "builder": {"thumbnail": {"enabled": False}},
            "verify": {"verify_trust": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
        }
    )


def _store(data: bytes, media_type: str) -> dict[str, Any] | None:
    """Return all manifests with their assertions; None where there are none that can be read."""
    try:
        reader = c2pa.Reader.try_create(media_type, io.BytesIO(data), context=context())
        if reader is None:
            return None
        with reader:
            plain: dict[str, Any] = json.loads(reader.json())
            detailed: dict[str, Any] = json.loads(reader.detailed_json())
    except c2pa.C2paError:
        return None
    stores = {name: manifest["assertion_store"] for name, manifest in detailed["manifests"].items()}
    return plain | {"assertion_stores": stores}


def _private(store: Mapping[str, Any]) -> Iterator[str]:
    for manifest, assertions in store["assertion_stores"].items():
        for name in assertions:
            if name.startswith(PRIVATE_ASSERTIONS):
                yield f"self#jumbf=/c2pa/{manifest}/c2pa.assertions/{name}"


def _active(store: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = store.get("manifests", {}).get(store.get("active_manifest"), {})
    return found


def _chain(store: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the active manifest, its parent's, and so on."""
    label = store.get("active_manifest")
    for _ in range(CHAIN_MAX):
        manifest = store.get("manifests", {}).get(label)
        if manifest is None:
            return
        yield manifest
        label = next((part.get("active_manifest") for part in _parents(manifest)), None)


def _parents(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    ingredients: list[dict[str, Any]] = manifest.get("ingredients", [])
    return [part for part in ingredients if part.get("relationship") == "parentOf"]


def _failures(store: Mapping[str, Any]) -> set[str]:
    """Return what does not hold of the active manifest; that we do not know its signer is no failure."""
    active = store.get("validation_results", {}).get("activeManifest", {})
    codes = {str(failure.get("code")) for failure in active.get("failure", [])}
    return codes - {"signingCredential.untrusted"}


def _claim(manifest: Mapping[str, Any]) -> Claim:
    signature = manifest.get("signature_info", {})
    program: dict[str, Any] = next(iter(manifest.get("claim_generator_info") or []), {})
    actions = [action for part in manifest.get("assertions", []) for action in _actions_in(part)]
    shown = tuple((_clean(action.get("action", "")), _agent(action)) for action in actions)
    return Claim(
        issuer=_clean(signature.get("common_name") or signature.get("issuer", "")),
        program=_clean(program.get("name") or manifest.get("claim_generator", "")),
        signed_at=_clean(signature.get("time") or _said(actions)),
        actions=tuple(pair for pair in shown if pair[0] != "c2pa.redacted")[:12],
        is_ai=any("rainedAlgorithmicMedia" in str(action.get("digitalSourceType", "")) for action in actions),
    )


def _said(actions: list[dict[str, Any]]) -> object:
    """Return when the last action says it was; a signature without a time stamp has only that."""
    return next((action["when"] for action in reversed(actions) if action.get("when")), "")


def _actions_in(assertion: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not str(assertion.get("label", "")).startswith("c2pa.actions"):
        return []
    data = assertion.get("data")
    actions = data.get("actions", []) if isinstance(data, dict) else []
    return [action for action in actions if isinstance(action, dict)]


def _agent(action: Mapping[str, Any]) -> str:
    agent = action.get("softwareAgent", "")
    return _clean(agent.get("name", "") if isinstance(agent, dict) else agent)


def _clean(text: object) -> str:
    """Return a foreign text as one short printable line."""
    printable = "".join(char if char.isprintable() else " " for char in str(text))
    return " ".join(printable.split())[:TEXT_CHARS_MAX]
