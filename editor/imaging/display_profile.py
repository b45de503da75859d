"""Display profiles (ICC.1:2010, version 2) written from the numbers of a colour description.

HEIF names its colours by the codes of ITU-T H.273 where other formats embed a profile. Writing
the profile lets one road, `color.to_srgb`, serve them all.
"""

import struct
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

# CIE xy of red, green, blue by ITU-T H.273 code; all with a D65 white but DCI-P3 (11), which
# pictures made for screens use with D65 as well.
_PRIMARIES = {
    9: ((0.708, 0.292), (0.170, 0.797), (0.131, 0.046)),
    11: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
    12: ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)),
}
_D65 = (0.3127, 0.3290)
_D50_XYZ = (0.9642, 1.0, 0.8249)
_PQ, _HLG = 16, 18
_WHITE_NITS = 203.0
"""Where graphics white lies in an HDR signal (ITU-R BT.2408); brighter light is clipped."""

Triple = tuple[float, float, float]
Matrix = tuple[Triple, Triple, Triple]


def nclx_profile(nclx: Mapping[str, Any] | None) -> bytes:
    """Return an ICC profile for a HEIF colour description (ITU-T H.273 codes); empty for sRGB.

    The matrix coefficients have been applied by the decoder; primaries and transfer remain.
    """
    if not nclx:
        return b""
    primaries, transfer = int(nclx.get("color_primaries", 1)), int(nclx.get("transfer_characteristics", 13))
    if primaries not in _PRIMARIES and transfer not in (_PQ, _HLG):
        return b""
    return matrix_profile(primaries, transfer)


@cache
def matrix_profile(primaries: int, transfer: int = 13) -> bytes:
    """Write a display profile (ICC.1:2010, version 2) with three primaries and one curve."""
    columns = _adapted_primaries(_PRIMARIES.get(primaries, ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))))
    curve = _curve({_PQ: _linear_from_pq, _HLG: _linear_from_hlg}.get(transfer, _linear_from_srgb))
    tags = [
        (b"desc", b"desc\0\0\0\0" + struct.pack(">I", 8) + b"display\0" + b"\0" * 78),
        (b"cprt", b"text\0\0\0\0CC0\0"),
        (b"wtpt", _xyz(_D50_XYZ)),
        *((name, _xyz(column)) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), columns, strict=True)),
        *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")),
    ]
    return _profile(tags)


def _profile(tags: list[tuple[bytes, bytes]]) -> bytes:
    """Lay out header, tag table and tags; equal tags share their bytes."""
    at = 128 + 4 + 12 * len(tags)
    table, body, seen = struct.pack(">I", len(tags)), b"", dict[bytes, int]()
    for name, tag in tags:
        if tag not in seen:
            seen[tag] = at + len(body)
            body += tag + b"\0" * (-len(tag) % 4)
        table += name + struct.pack(">II", seen[tag], len(tag))
    header = struct.pack(
        ">I4sI4s4s4s12x4s28x3i48x", at + len(body), b"\0" * 4, 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp",
        *(round(value * 65536) for value in _D50_XYZ),
    )  # fmt: skip
    return header + table + body


def _xyz(values: Triple) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(linear: Callable[[float], float]) -> bytes:
    """Sample a transfer function at 1,024 points; 16 bits each."""
    values = [round(65535 * min(1.0, max(0.0, linear(step / 1023)))) for step in range(1024)]
    return b"curv\0\0\0\0" + struct.pack(">I1024H", 1024, *values)


def _linear_from_srgb(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _linear_from_pq(value: float) -> float:
    """SMPTE ST 2084, relative to graphics white."""
    root = float(value ** (1 / 78.84375))
    light = (max(root - 0.8359375, 0.0) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    return float(10_000 * light / _WHITE_NITS)


def _linear_from_hlg(value: float) -> float:
    """ARIB STD-B67; 0.75 of the signal is graphics white (ITU-R BT.2408)."""

    def scene(signal: float) -> float:
        return (
            signal * signal / 3
            if signal <= 0.5
            else (2.0 ** ((signal - 0.55991073) / 0.17883277 * 1.442695) + 0.28466892) / 12
        )

    return float((scene(value) / scene(0.75)) ** 1.2)


def _adapted_primaries(chromaticities: tuple[tuple[float, float], ...]) -> Matrix:
    """Return the primaries' XYZ under D50: scaled to add up to white, then Bradford-adapted."""
    red, green, blue = (_from_xy(xy) for xy in chromaticities)
    white = _from_xy(_D65)
    weights = _times(_inverse(_transpose((red, green, blue))), white)
    adaptation = _bradford(white)
    columns = [
        _times(adaptation, (x * weight, y * weight, z * weight))
        for (x, y, z), weight in zip((red, green, blue), weights, strict=True)
    ]
    return columns[0], columns[1], columns[2]


def _from_xy(xy: tuple[float, float]) -> Triple:
    return xy[0] / xy[1], 1.0, (1 - xy[0] - xy[1]) / xy[1]


def _bradford(white: Triple) -> Matrix:
    """Return the matrix that takes this white to the profile connection space's D50."""
    cones: Matrix = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
    seen, wanted = _times(cones, white), _times(cones, _D50_XYZ)
    scaled = [tuple(value * wanted[row] / seen[row] for value in cones[row]) for row in range(3)]
    columns = [
        _times(_inverse(cones), (column[0], column[1], column[2])) for column in zip(*scaled, strict=True)
    ]
    return _transpose((columns[0], columns[1], columns[2]))


def _times(matrix: Matrix, vector: Triple) -> Triple:
    rows = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]
    return rows[0], rows[1], rows[2]


def _transpose(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return (a, d, g), (b, e, h), (c, f, i)


def _inverse(matrix: Matrix) -> Matrix:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    return (
        ((e * i - f * h) / det, (c * h - b * i) / det, (b * f - c * e) / det),
        ((f * g - d * i) / det, (a * i - c * g) / det, (c * d - a * f) / det),
        ((d * h - e * g) / det, (b * g - a * h) / det, (a * e - b * d) / det),
    )
