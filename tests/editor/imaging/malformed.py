"""Files that are not what they claim: seeded mutants of good ones, and bombs.

Shared by the tests of intake and of the web's upload. Everything is small and deterministic.
"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator

from tests.editor.imaging.pictures import corners, encoded, exif, noisy, png_chunk, srgb, with_png_chunk

FORMATS = ("PNG", "JPEG", "WEBP", "HEIF")


def seeds(image_format: str) -> list[bytes]:
    """Return small good files of a format: plain, with metadata, with alpha or progressive."""
    tags = {"exif": exif(6), "icc_profile": srgb()}
    files = [
        encoded(corners(64, 48), image_format),
        encoded(noisy(160, 100, seed=1), image_format, **tags),
        encoded(noisy(80, 96, seed=2), image_format, quality=60),
    ]
    if image_format == "JPEG":
        files.append(encoded(noisy(100, 70, seed=3), "JPEG", progressive=True, subsampling=2))
        files.append(encoded(noisy(66, 50, seed=4).convert("CMYK"), "JPEG"))
    else:
        files.append(encoded(corners(90, 70, alpha=80), image_format))
    if image_format == "PNG":
        files.append(encoded(noisy(64, 64, seed=5).quantize(16), "PNG", transparency=3))
    return files


def mutants(image_format: str, count: int, *, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield `count` (name, bytes) mutants of a format; the same ones for the same seed."""
    rng = random.Random(f"{image_format}-{seed}")
    good = seeds(image_format)
    kinds = (_flip, _flip_header, _truncate, _change_length, _splice, _repeat, _zero, _delete)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        victim = rng.choice(good)
        yield f"{image_format}-{seed}-{number}{kind.__name__}", kind(victim, rng, good)


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Yield (name, bytes, code of the refusal): "" where it is a picture, `EITHER` where both will do."""
    for kind in (foreign_bombs, png_bombs, jpeg_bombs, webp_bombs, heif_bombs):
        yield from kind()


def foreign_bombs() -> Iterator[tuple[str, bytes, str]]:
    """Yield what is no picture of ours at all."""
    yield "empty", b"", "image_corrupt"
    yield "one byte", b"\xff", "image_unsupported_format"
    yield "a byte too many", b"\x89PNG\r\n\x1a\n" + bytes(10_485_761 - 8), "image_too_large"
    yield "zeros", bytes(4096), "image_unsupported_format"
    yield "text", b"hello, this is not a picture\n" * 20, "image_unsupported_format"
    for name, start in FOREIGN.items():
        yield name, start + bytes(600), "image_unsupported_format"


EITHER = "either"
"""A file that may be accepted or refused, as the decoder's version or the machine's load has it."""

FOREIGN = {
    "GIF": b"GIF89a\x40\0\x40\0",
    "TIFF": b"II*\0\x08\0\0\0",
    "BMP": b"BM\x36\0\0\0",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"/>',
    "SVG with a declaration": b'<?xml version="1.0"?><svg/>',
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf",
    "AVIF as HEIF": b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif",
    "MP4": b"\0\0\0\x18ftypisom\0\0\0\0isommp42",
    "PDF": b"%PDF-1.7\n",
    "JPEG XL": b"\xff\x0a\xfa\x1f",
}


def png_header(width: int, height: int, depth: int = 8, color: int = 2, interlace: int = 0) -> bytes:
    """Write a PNG signature and header."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, interlace)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)


def png_bombs() -> Iterator[tuple[str, bytes, str]]:
    end = png_chunk(b"IDAT", zlib.compress(bytes(1000))) + png_chunk(b"IEND", b"")
    yield "PNG of 50,000 × 50,000", png_header(50_000, 50_000) + end, "image_too_many_pixels"
    yield "PNG of 4,294,967,295 wide", png_header(2**32 - 1, 2**32 - 1) + end, "image_too_many_pixels"
    yield "PNG of no pixels", png_header(0, 64) + end, "image_corrupt"
    yield "PNG with missing rows", png_header(9_000, 9_000) + end, "image_corrupt"
    yield "PNG with nothing behind its header", png_header(64, 64), "image_corrupt"
    yield "PNG of 1 × 1", png_header(1, 1) + end, "image_too_small"
    yield "PNG of 4,000 × 40", png_header(4_000, 40) + end, "image_aspect"
    yield "PNG of 100 megapixels of nothing", png_file(9_900, 9_900), EITHER
    yield "PNG of 50 megapixels with 16 bits and alpha", png_file(7_000, 7_000, 16, 6), EITHER
    yield "animated PNG", animated_png(), "image_animated"
    good, bomb = encoded(corners(64, 48), "PNG"), zlib.compress(bytes(100_000_000), 1)
    yield "PNG with a text bomb", with_png_chunk(good, b"zTXt", b"Comment\0\0" + bomb), ""
    yield "PNG with an EXIF bomb", with_png_chunk(good, b"zTXt", b"Raw profile type exif\0\0" + bomb), ""
    yield "PNG with an XMP bomb", with_png_chunk(good, b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + bomb), ""
    yield "PNG with a profile bomb", with_png_chunk(good, b"iCCP", b"icc\0\0" + bomb), ""
    empty = png_chunk(b"IDAT", b"") * 500_000
    yield "PNG of empty chunks", good[:33] + empty + good[33:], "image_corrupt"


def animated_png() -> bytes:
    """Write a PNG that says it has three frames."""
    return with_png_chunk(encoded(corners(64, 48), "PNG"), b"acTL", struct.pack(">II", 3, 0))


def png_file(
    width: int, height: int, depth: int = 8, color: int = 2, *, declared: tuple[int, int] | None = None
) -> bytes:
    """Write a black PNG of any size in little time and few bytes."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    row = bytes(1 + width * channels * depth // 8)
    packer = zlib.compressobj(1)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return (
        png_header(*(declared or (width, height)), depth, color)
        + png_chunk(b"IDAT", data)
        + png_chunk(b"IEND", b"")
    )


def jpeg_bombs() -> Iterator[tuple[str, bytes, str]]:
    progressive = encoded(noisy(64, 64), "JPEG", progressive=True)
    frame = progressive.index(b"\xff\xc2")
    huge = progressive[: frame + 5] + struct.pack(">HH", 10_000, 10_000) + progressive[frame + 9 :]
    scan = b"\xff\xda\0\x08\1\1\0\0\x3f\0"
    yield (
        "JPEG of 65,535 × 65,535",
        _resized(encoded(noisy(64, 64), "JPEG"), 65_535, 65_535),
        "image_too_many_pixels",
    )
    yield "JPEG without height", _resized(encoded(noisy(64, 64), "JPEG"), 64, 0), "image_corrupt"
    yield "JPEG with missing rows", _resized(encoded(noisy(64, 64), "JPEG"), 8_000, 8_000), EITHER
    yield "JPEG of a million scans", progressive[:-2] + scan * 1_000_000 + b"\xff\xd9", "image_corrupt"
    scans = len(progressive[frame:].split(b"\xff\xda")) - 1
    yield "JPEG of ninety scans over 16 megapixels", _repeated_scans(progressive, 4_000, 90 - scans), EITHER
    yield "JPEG of ten scans over 100 megapixels", huge, EITHER
    yield "JPEG of endless restarts", progressive[:-2] + b"\xff\xd0" * 2_000_000 + b"\xff\xd9", EITHER
    yield "JPEG of fill bytes", b"\xff\xd8" + b"\xff" * 8_000_000, "image_corrupt"
    yield "JPEG of comments", b"\xff\xd8" + b"\xff\xfe\0\2" * 2_000_000 + progressive[2:], "image_corrupt"
    yield "JPEG without an end", progressive[:-2], "image_corrupt"
    two = progressive[:frame] + progressive[frame : frame + 19] + progressive[frame:]
    yield "JPEG with two frames", two, "image_corrupt"


def _resized(jpeg: bytes, width: int, height: int) -> bytes:
    """Declare another size in a JPEG's frame header."""
    at = next(at for marker in (b"\xff\xc0", b"\xff\xc2") if (at := jpeg.find(marker)) > 0)
    return jpeg[: at + 5] + struct.pack(">HH", height, width) + jpeg[at + 9 :]


def _repeated_scans(progressive: bytes, side: int, times: int) -> bytes:
    """Repeat a JPEG's last scan, each time another pass over all that its header declares."""
    last = progressive.rindex(b"\xff\xda")
    return _resized(progressive[:-2] + progressive[last:-2] * times + b"\xff\xd9", side, side)


def webp_bombs() -> Iterator[tuple[str, bytes, str]]:
    lossless = b"\x2f" + (16382 | 16382 << 14).to_bytes(4, "little") + bytes(64)
    yield "WebP of 16,383 × 16,383", _riff(b"VP8L", lossless), "image_too_many_pixels"
    wide = b"\x2f" + (9_999 | 9_999 << 14).to_bytes(4, "little") + bytes(64)
    yield "WebP with missing pixels", _riff(b"VP8L", wide), EITHER
    canvas = b"\x10\0\0\0" + (2**24 - 1).to_bytes(3, "little") * 2
    good = encoded(corners(64, 48), "WEBP")
    body = b"VP8X" + struct.pack("<I", 10) + canvas + good[12:]
    yield "WebP with a canvas unlike its picture", _wrap(body), "image_corrupt"
    moving = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + bytes([63, 0, 0, 47, 0, 0])
    yield "animated WebP", _wrap(moving + b"ANIM" + struct.pack("<I", 6) + bytes(6)), "image_animated"
    yield "WebP cut short", good[:-20], "image_corrupt"


def _riff(kind: bytes, body: bytes) -> bytes:
    return _wrap(kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2))


def _wrap(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


def heif_bombs() -> Iterator[tuple[str, bytes, str]]:
    good = encoded(corners(64, 48), "HEIF")
    start = good[: int.from_bytes(good[:4], "big")]
    yield "HEIC of nothing", start, "image_corrupt"
    yield (
        "HEIC with a box longer than the file",
        start + b"\x7f\xff\xff\xffmeta" + bytes(500),
        "image_corrupt",
    )
    yield "HEIC of empty boxes", start + b"\0\0\0\x08free" * 500_000, "image_corrupt"
    yield "HEIC of boxes within boxes", start + _nested(100_000), "image_corrupt"
    yield "HEIC of one endless box", start + b"\0\0\0\0meta" + bytes(2_000_000), "image_corrupt"
    yield "HEIC with a 64-bit length", start + b"\0\0\0\1meta" + b"\xff" * 8 + bytes(500), "image_corrupt"
    at = good.index(b"ispe") + 8
    large = good[:at] + struct.pack(">II", 60_000, 60_000) + good[at + 8 :]
    yield "HEIC of 60,000 × 60,000", large, EITHER
    yield "HEIC cut short", good[:-40], "image_corrupt"
    yield "HEIC sequence", b"\0\0\0\x18ftyphevc\0\0\0\0msf1hevc" + bytes(600), "image_animated"


def _nested(depth: int) -> bytes:
    return b"".join(struct.pack(">I4s", 8 * (depth - level), b"meta") for level in range(depth))


Mutation = Callable[[bytes, random.Random, list[bytes]], bytes]


def _flip(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    """Change one to twenty bytes anywhere."""
    mutant = bytearray(data)
    for _ in range(rng.randint(1, 20)):
        mutant[rng.randrange(len(mutant))] = rng.randrange(256)
    return bytes(mutant)


def _flip_header(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    """Flip one to eight bits among the first 400 bytes, where sizes and tables are."""
    mutant = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        mutant[rng.randrange(min(400, len(mutant)))] ^= 1 << rng.randrange(8)
    return bytes(mutant)


def _truncate(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    return data[: rng.randrange(len(data))]


def _change_length(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    """Overwrite two or four bytes with an extreme number."""
    extreme = rng.choice(
        (b"\0\0", b"\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1")
    )
    at = rng.randrange(max(1, len(data) - 4))
    return data[:at] + extreme + data[at + len(extreme) :]


def _splice(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    """Put the beginning of one file before the end of another."""
    other = rng.choice(good)
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other)) :]


def _repeat(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    """Say a stretch of the file several times."""
    start = rng.randrange(len(data))
    stop = min(len(data), start + rng.randint(1, 500))
    return data[:start] + data[start:stop] * rng.randint(2, 50) + data[stop:]


def _zero(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    start = rng.randrange(len(data))
    length = min(rng.randint(1, 200), len(data) - start)
    return data[:start] + bytes(length) + data[start + length :]


def _delete(data: bytes, rng: random.Random, good: list[bytes]) -> bytes:
    start = rng.randrange(len(data))
    return data[:start] + data[start + rng.randint(1, 100) :]
