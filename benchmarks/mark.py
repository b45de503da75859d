"""Whether the invisible mark survives what people do to pictures, cannot be seen, and is never imagined.

200 photographs: scikit-image's, cropped, mirrored, enlarged or reduced to 512 to 2,048 px, with a sensor's
grain where they were enlarged. Run with `python -m benchmarks.mark [--photos 200]`; 200 take a few minutes.
"""

import argparse
import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage import data

from editor.imaging import encoding, mark, provenance
from editor.imaging.pixels import Pixels

NAMES = (
    *("astronaut", "brick", "camera", "cat", "clock", "coffee", "coins", "colorwheel", "grass"),
    *("gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page", "retina", "rocket", "text"),
)
KEY = "a site's key"
OTHER_KEYS = 5
SIDES = (512, 768, 1024, 1600, 2048)
GOAL_SHARE, GOAL_DECIBELS = 0.95, 40.0


def photos(number: int) -> Iterator[tuple[str, Pixels]]:
    """Yield as many different pictures, the same at every run."""
    chance = random.Random(1)
    for index in range(number):
        name = NAMES[index % len(NAMES)]
        whole = np.asarray(getattr(data, name)())
        whole = np.dstack([whole] * 3) if whole.ndim == 2 else whole[..., :3]
        share = chance.uniform(0.6, 1)
        height, width = (int(side * share) for side in whole.shape[:2])
        top, left = (
            chance.randrange(whole.shape[axis] - size + 1) for axis, size in ((0, height), (1, width))
        )
        part = np.ascontiguousarray(whole[top : top + height, left : left + width])
        scale = chance.choice(SIDES) / max(height, width)
        part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
        if scale > 1.2:
            grain = np.random.default_rng(index).normal(0, chance.choice([1, 2, 4]), part.shape)
            part = np.clip(part + grain, 0, 255).astype(np.uint8)
        yield name, np.ascontiguousarray(part[:, ::-1] if chance.random() < 0.5 else part)


def jpeg_75(picture: Pixels) -> Pixels:
    """Save as a JPEG of quality 75 with halved colour, as most sites do, and open again."""
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "JPEG", quality=75)
    return np.asarray(Image.open(file).convert("RGB"))


def half(picture: Pixels) -> Pixels:
    """Reduce to half of each side."""
    size = (picture.shape[1] // 2, picture.shape[0] // 2)
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def crop(picture: Pixels) -> Pixels:
    """Take a tenth off each side length, unevenly and at no multiple of the tile."""
    height, width = picture.shape[:2]
    top, left = int(height * 0.07), int(width * 0.03)
    return picture[top : top + int(height * 0.9), left : left + int(width * 0.9)]


CHANGES: dict[str, Callable[[Pixels], Pixels]] = {
    "untouched": lambda picture: picture,
    "JPEG 75": jpeg_75,
    "half size": half,
    "10 % crop": crop,
    "half size, then JPEG 75": lambda picture: jpeg_75(half(picture)),
    "10 % crop, half size, then JPEG 75": lambda picture: jpeg_75(half(crop(picture))),
}


def strength(picture: Pixels, key: str = KEY) -> float:
    """Return how clearly a key's mark is in a picture."""
    return mark.strength(
        np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), np.uint8), key
    )


def milliseconds(work: Callable[[], object], rounds: int = 7) -> float:
    """Return the best time of several."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times) * 1000


def speed() -> Iterator[str]:
    """Yield what marking and signing cost on a picture of 4 megapixels."""
    from editor import signing

    _, small = next(photos(1))
    picture = np.asarray(cv2.resize(small, (2048, 2048), interpolation=cv2.INTER_CUBIC), np.uint8)
    yield f"marking 4 MP: {milliseconds(lambda: mark.lay(picture, 255 - picture, KEY)):.0f} ms"
    by = signing.own.__wrapped__(_scratch() / "signing.pem")
    parent = encoding.encode(picture, None, format="jpeg")
    making = provenance.Making(model="Model", made_at="2026-01-01T00:00:00Z", parent=(parent, "image/jpeg"))
    formats: tuple[encoding.OutputFormat, ...] = ("png", "jpeg", "webp")
    for kind in formats:
        plain = encoding.encode(picture, None, format=kind)

        def sign(plain: bytes = plain, kind: encoding.OutputFormat = kind) -> bytes:
            return provenance.seal(plain, making, by, format=kind)

        added = len(sign()) - len(plain)
        size = len(plain) / 1e6
        yield f"signing {kind} of {size:.1f} MB: {milliseconds(sign):.0f} ms, {added:,} bytes more"


def main() -> None:
    """Measure all of it and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=200)
    found: dict[str, list[float]] = {name: [] for name in CHANGES}
    decibels: list[float] = []
    imagined: list[float] = []
    for name, plain in photos(parser.parse_args().photos):
        marked = mark.lay(plain, 255 - plain, KEY)
        decibels.append(cv2.PSNR(marked, plain))
        for change, carry_out in CHANGES.items():
            found[change].append(strength(carry_out(marked)))
            if found[change][-1] < mark.FOUND:
                print(f"lost: {name} {plain.shape[1]} × {plain.shape[0]}, {change}")
        imagined += [strength(plain, f"{KEY} {number}") for number in range(OTHER_KEYS)]
    print(
        f"PSNR: least {min(decibels):.1f} dB, median {statistics.median(decibels):.1f} (goal {GOAL_DECIBELS})"
    )
    for change, values in found.items():
        share = sum(value >= mark.FOUND for value in values) / len(values)
        print(f"{change:<36} {share:7.1%} found (goal {GOAL_SHARE:.0%}), weakest {min(values):.1f}")
    false = sum(value >= mark.FOUND for value in imagined)
    print(f"imagined: {false} of {len(imagined)}, strongest {max(imagined):.1f}, threshold {mark.FOUND}")
    for line in speed():
        print(line)


def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="freeai-mark-"))


if __name__ == "__main__":
    main()
