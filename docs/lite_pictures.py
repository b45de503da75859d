"""Draw the contact sheets in docs/lite/: every operation at plain strength over six photographs.

    python docs/lite_pictures.py [SHEET …]

The photographs are scikit-image's, so this needs the development requirements.
"""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from skimage import data

from editor.engines.base import EditRequest, NotUnderstood, Pixels, Plane
from editor.engines.lite.engine import carry_out
from editor.engines.lite.plan import Plan
from editor.engines.lite.understand import understand
from editor.engines.lite.vocabulary.artists import ARTISTS

HERE = Path(__file__).parent / "lite"
PHOTOS = ("astronaut", "coffee", "chelsea", "rocket", "camera", "motorcycle")
WIDTH, HEIGHT = 200, 150

SHEETS = {
    "light": ("brighter", "darker", "lift the shadows", "recover the highlights", "more contrast", "enhance"),
    "colour": ("warmer", "cooler", "more saturated", "more vibrant colours", "a blue tint", "sepia"),
    "looks": ("black and white", "vintage", "film look", "cinematic", "golden hour", "dusk", "night"),
    "detail": (
        "sharpen",
        "denoise",
        "more clarity",
        "dehaze",
        "blur",
        "film grain",
        "a vignette",
        "pixelate",
    ),
    "styles": ("pencil sketch", "ink drawing", "oil painting", "watercolour", "cartoon"),
    "prints": ("posterise", "mosaic", "halftone", "invert"),
    "regions": (
        "blur the background",
        "white background",
        "a blue to white gradient background",
        "remove the background",
        "black and white except the subject",
        "make the sky darker",
        "blur the faces",
        "pixelate the faces",
    ),
    "artists": tuple(f"in {style} style" for style in ARTISTS),
}


def main() -> None:
    """Draw all sheets."""
    HERE.mkdir(exist_ok=True)
    for name in sys.argv[1:] or SHEETS:
        prompts = SHEETS[name]
        rows = [_row("", lambda image: image)]
        rows += [_row(prompt, partial(_edited, prompt)) for prompt in prompts]
        sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(HERE / f"{name}.webp"), sheet, [cv2.IMWRITE_WEBP_QUALITY, 72])


def _row(label: str, edit: Callable[[Pixels], Pixels]) -> Pixels:
    tiles = []
    for name in PHOTOS:
        image = _photo(name)
        scale = 800 / max(image.shape[:2])
        image = np.asarray(
            cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
        )
        made = edit(image)
        tiles.append(cv2.resize(made, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))
    row = np.hstack(tiles)
    cv2.putText(row, label, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(row, label, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(row, np.uint8)


def _photo(name: str) -> Pixels:
    if name == "motorcycle":
        image = np.asarray(data.stereo_motorcycle()[0], np.uint8)  # type: ignore[no-untyped-call]
    else:
        image = np.asarray(getattr(data, name)(), np.uint8)
    return np.ascontiguousarray(image[..., :3] if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2))


def _edited(prompt: str, image: Pixels) -> Pixels:
    plan: Plan = understand(prompt, has_mask=False)
    try:
        made, alpha = carry_out(plan, EditRequest(image=image, prompt=prompt))
    except NotUnderstood:
        return np.full_like(image, 235)
    return made if alpha is None else _over_squares(made, alpha)


def _over_squares(image: Pixels, alpha: Plane) -> Pixels:
    y, x = np.indices(alpha.shape) // 24
    squares = np.where((x + y) % 2, 255, 200)[..., None]
    share = alpha[..., None] / 255
    return np.asarray(image * share + squares * (1 - share), np.uint8)


if __name__ == "__main__":
    main()
