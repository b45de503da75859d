"""Intake against plain Pillow doing the same work, in one run: python -m benchmarks.intake [--rounds N].

Plain Pillow decodes the whole picture, turns it, converts its colours, resamples it with Lanczos and
encodes with our settings, in this process. Ours is `intake.normalise`, its trip to the child included.
Rounds alternate, so that a busy machine slows both; compare ratios, not milliseconds.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pillow_heif
from PIL import Image, ImageCms, ImageFilter, ImageOps

from editor.imaging import decoding, intake, sandbox
from editor.imaging.display_profile import matrix_profile

pillow_heif.register_heif_opener()

BOX = 2048
P3 = matrix_profile(12)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


class Case(NamedTuple):
    name: str
    data: bytes
    goal: float
    as_jpeg: bool = True


def photo(width: int, height: int, *, grain: float, levels: int = 256) -> Image.Image:
    """Draw soft hills and edges with some grain; fewer levels make a PNG that fits the limit."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / width
    hills = np.stack([np.sin(17 * x + 9 * y), np.cos(11 * y - 7 * x), np.sin(23 * x * y + 1)], axis=-1)
    hills += 0.4 * np.sign(np.sin(60 * x) * np.sin(47 * y))[..., None]
    noise = random.normal(0, grain, (height, width, 3)).astype(np.float32) if grain else np.float32(0)
    step = 256 // levels
    pixels = np.clip(128 + 70 * hills + noise, 0, 255).astype(np.uint8) // step * step
    return Image.fromarray(pixels)


def encoded(picture: Image.Image, image_format: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, image_format, **options)
    return file.getvalue()


def cases() -> list[Case]:
    """Return what the goals are about: a phone's photo, a large screenshot, a phone's HEIC."""
    phone = photo(4032, 3024, grain=9)
    turned = Image.Exif()
    turned[0x0112] = 6
    jpeg = {"quality": 92, "exif": turned.tobytes()}
    screen = photo(6000, 4000, grain=1, levels=32)
    heic = phone.filter(ImageFilter.GaussianBlur(0.7))
    return [
        Case("JPEG 12 MP, Display P3, turned", encoded(phone, "JPEG", icc_profile=P3, **jpeg), goal=4.0),
        Case("JPEG 12 MP, sRGB, turned", encoded(phone, "JPEG", icc_profile=SRGB, **jpeg), goal=6.0),
        Case("PNG 24 MP, Display P3", encoded(screen, "PNG", icc_profile=P3), goal=1.6, as_jpeg=False),
        Case("HEIC 12 MP, Display P3", encoded(heic, "HEIF", quality=68, icc_profile=P3), goal=1.2),
    ]


def plain_pillow(data: bytes, *, as_jpeg: bool) -> bytes:
    """Do what a first version would."""
    picture: Image.Image = Image.open(BytesIO(data))
    profile = picture.info["icc_profile"]
    picture = ImageOps.exif_transpose(picture)
    converted = ImageCms.profileToProfile(
        picture, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
    )
    assert converted is not None
    scale = BOX / max(converted.size)
    size = round(converted.width * scale), round(converted.height * scale)
    fitted = converted.resize(size, Image.Resampling.LANCZOS)
    fitted.info.clear()
    if as_jpeg:
        return encoded(fitted, "JPEG", quality=decoding.JPEG_QUALITY, subsampling=0)
    return encoded(fitted, "PNG", compress_level=decoding.PNG_LEVEL)


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def added_memory(case: Case) -> str:
    """Return how far a fresh child's peak rises above what it holds when it is idle."""
    decoders = sandbox.Children("editor.imaging.decoding", size=1)
    intake.normalise(encoded(photo(64, 64, grain=9), "PNG"), decoders=decoders)
    before = _peak_kb(decoders.pids()[0])
    intake.normalise(case.data, decoders=decoders)
    after = _peak_kb(decoders.pids()[0])
    decoders.close()
    return f"+{(after - before) / 1024:.0f} MB over {before / 1024:.0f} MB" if after else "unknown here"


def _peak_kb(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def measure(case: Case, rounds: int) -> bool:
    """Measure one case, print a line, tell whether the goal is met."""
    peer, ours = [], []
    for _ in range(rounds + 1):
        peer.append(milliseconds(lambda: plain_pillow(case.data, as_jpeg=case.as_jpeg)))
        ours.append(milliseconds(lambda: intake.normalise(case.data)))
    # The first round warms caches and starts the child.
    peer_ms, ours_ms = statistics.median(peer[1:]), statistics.median(ours[1:])
    # Neighbours in time share the machine's mood, so the ratio is taken within each round.
    ratio = statistics.median(a / b for a, b in zip(peer[1:], ours[1:], strict=True))
    print(
        f"{case.name:32} {len(case.data) / 2**20:5.1f} MB  pillow {peer_ms:7.0f} ms  ours {ours_ms:6.0f} ms  "
        f"{ratio:4.1f}x (goal {case.goal})  child {added_memory(case)}"
    )
    return ratio >= case.goal


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    met = [measure(case, rounds) for case in cases()]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
