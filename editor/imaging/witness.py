"""The confined child that looks at pictures from anywhere and says what they claim to be.

    "keep"   an upload's own credentials, as an ingredient for its results
    "tell"   what a picture's credentials say, and how strong our invisible mark is in it

Runs as `python -m editor.imaging.witness` (see `sandbox`). Nothing of a picture stays in it.
"""

import hashlib
from dataclasses import asdict
from io import BytesIO

import numpy as np
from PIL import Image

from editor.imaging import credentials, decoding, mark, sandbox
from editor.imaging.formats import sniff
from editor.imaging.limits import REFUSALS, Limits, check_bytes, damaged, refusal_in, too_costly
from editor.imaging.pixels import Plane
from freeai.common.errors import InvalidInput

MEDIA_TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp", "heic": "image/heic"}
WITNESSES = sandbox.Children("editor.imaging.witness", size=1)
SECONDS_MAX = 12.0


def keep(data: bytes, *, limits: Limits, witnesses: sandbox.Children = WITNESSES) -> credentials.Incoming:
    """Return an upload's credentials; only their file's hash if reading them was too much."""
    try:
        answer = witnesses.ask(sandbox.Message({"task": "keep"}, data), _cost(limits))
    except sandbox.ChildLost:
        return credentials.Incoming(sha256=hashlib.sha256(data).hexdigest())
    return credentials.Incoming.from_bytes(answer.body)


def tell(
    data: bytes, *, limits: Limits, mark_key: str, witnesses: sandbox.Children = WITNESSES
) -> tuple[credentials.Report, float]:
    """Say what a picture's credentials say, and how sure our invisible mark is in it (`mark.strength`).

    Raises intake's refusals, and `Busy`.
    """
    check_bytes(len(data), limits)
    sniff(data)
    note = {"task": "tell", "picture": asdict(limits), "mark_key": mark_key}
    try:
        answer = witnesses.ask(sandbox.Message(note, data), _cost(limits))
    except sandbox.ChildLost:
        raise too_costly() from None
    told = answer.note
    refusal = refusal_in(told)
    if refusal is not None:
        raise refusal
    claims = tuple(
        credentials.Claim(**claim | {"actions": tuple(tuple(pair) for pair in claim["actions"])})
        for claim in told["report"].pop("chain")
    )
    return credentials.Report(**told["report"], chain=claims), float(told["mark"])


def handle(request: sandbox.Message) -> sandbox.Message:
    """Answer one request; runs in the child."""
    media_type = MEDIA_TYPES[sniff(request.body)]
    if request.note["task"] == "keep":
        return sandbox.Message({}, credentials.keep(request.body, media_type).to_bytes())
    try:
        normal = decoding.normalise(request.body, Limits(**request.note["picture"]))
    except REFUSALS as refusal:
        return _refused(refusal)
    except decoding.DECODER_ERRORS:
        return _refused(damaged())
    report = credentials.read(request.body, media_type)
    strength = mark.strength(_grey(normal.body), request.note["mark_key"])
    return sandbox.Message({"report": asdict(report), "mark": strength})


def _grey(picture: bytes) -> Plane:
    with Image.open(BytesIO(picture)) as opened:
        return np.asarray(opened.convert("L"))


def _refused(refusal: InvalidInput) -> sandbox.Message:
    return sandbox.Message({"code": refusal.code, "message": refusal.message.pack()})


def _cost(limits: Limits) -> sandbox.Cost:
    return sandbox.Cost(
        seconds_max=SECONDS_MAX,
        memory_bytes_max=limits.decode_memory_bytes_max,
        answer_bytes_max=credentials.ARCHIVE_BYTES_MAX + 65_536,
    )


if __name__ == "__main__":
    sandbox.serve(handle)
