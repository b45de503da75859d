"""Make static/img/sample/ anew: what FreeAI Lite makes of the sample picture, as the front page shows it.

python -m docs.sample_pictures
"""

from pathlib import Path

import cv2
import numpy as np

from editor.engines.base import EditRequest, Pixels
from editor.engines.lite.engine import carry_out
from editor.engines.lite.understand import understand
from editor.pages.samples import SAMPLES

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
TILE = (576, 384)
FULL = (1080, 720)
QUALITY = 55


def main() -> None:
    """Edit the sample once per wish; the first one also large, beside the sample."""
    sample = cv2.imread(str(IMAGES / "sample.webp"))
    assert sample is not None
    image = np.ascontiguousarray(cv2.cvtColor(sample, cv2.COLOR_BGR2RGB), np.uint8)
    for number, one in enumerate(SAMPLES):
        wish = str(one.wish)
        made, _ = carry_out(understand(wish, has_mask=False), EditRequest(image=image, prompt=wish))
        if number == 0:
            _write(f"{one.name}-full", made, FULL)
        _write(one.name, made, TILE)


def _write(name: str, image: Pixels, size: tuple[int, int]) -> None:
    small = cv2.cvtColor(cv2.resize(image, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(IMAGES / "sample" / f"{name}.webp"), small, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])


if __name__ == "__main__":
    main()
