"""One edit without site, database or worker: a photo in, a photo out.

The same rooms as the line (intake, engine, frame, encoding), called in a row; for the
command line, and for whoever wants to try an engine.
"""

import secrets
from dataclasses import dataclass
from pathlib import Path

from editor import catalogue, gates, results, signing, sources
from editor.engines import registry
from editor.engines.base import EditRequest, NotUnderstood
from editor.imaging import encoding, frame, intake, provenance
from editor.submission import SEED_MAX, InstructionNotSupported


@dataclass(frozen=True, slots=True)
class Developed:
    """The finished picture, and what was understood and measured on the way."""

    data: bytes
    format: encoding.OutputFormat
    width: int
    height: int
    plan: str
    changed: float


def edit_photo(photo: bytes, prompt: str, *, model: str = "", format_asked: str = "") -> Developed:
    """Edit one photo; raises the refusals of intake and engine as UserErrors."""
    if refusal_by_rule := gates.refusal_of(prompt, own_watermark=False):
        raise refusal_by_rule
    picture = intake.normalise(photo, limits=sources.limits())
    image, alpha = intake.read_pixels(picture.data)
    chosen = catalogue.find(model) if model else catalogue.default()
    try:
        plan = registry.check(chosen.engine, prompt, has_mask=False)
        request = EditRequest(image=image, alpha=alpha, prompt=prompt, seed=secrets.randbelow(SEED_MAX))
        output = registry.engine(chosen.engine).edit(request)
    except NotUnderstood as refusal:
        raise InstructionNotSupported(str(refusal), param="prompt") from refusal
    framed = frame.lay_over(
        image,
        output.image,
        source_alpha=alpha,
        output_alpha=output.alpha,
        is_in_frame=output.is_in_frame,
    )
    result_format = encoding.output_format_for(
        picture.source_format, has_alpha=framed.alpha is not None, asked=_format(format_asked)
    )
    pixels = results.marked(framed, results.Basis(picture.data, image))
    data = encoding.encode(pixels, framed.alpha, format=result_format, lossless=picture.is_lossless)
    making = provenance.Making(
        model=chosen.name,
        made_at=results.now(),
        parent=(picture.data, picture.media_type),
        rights=picture.rights,
        incoming=sources.credentials_of(photo, picture),
    )
    data = provenance.seal(data, making, signing.seal(), format=result_format)
    return Developed(data, result_format, picture.width, picture.height, plan, framed.changed)


def format_of(path: Path) -> str:
    """Return the output format a file name asks for; "" if it leaves it open."""
    return {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}.get(path.suffix.lower(), "")


def _format(name: str) -> encoding.OutputFormat | None:
    formats: dict[str, encoding.OutputFormat] = {"png": "png", "jpeg": "jpeg", "webp": "webp"}
    return formats.get(name)
