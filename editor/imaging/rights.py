"""Who claims a picture, as its metadata says: remembered before the metadata is stripped.

Only short strings and two booleans leave this module. Places, times, cameras and names of
people in the picture do not.
"""

import re
from html import unescape

from editor.imaging import exif
from editor.imaging.formats.anatomy import Anatomy

FACT_CHARS_MAX = 300

_XMP_TEXTS = {
    "xmp_rights": "dc:rights",
    "xmp_creator": "dc:creator",
    "xmp_usage_terms": "xmpRights:UsageTerms",
    "xmp_web_statement": "xmpRights:WebStatement",
    "xmp_owner": "xmpRights:Owner",
    "xmp_credit": "photoshop:Credit",
    "digital_source_type": "Iptc4xmpExt:DigitalSourceType",
}
_IPTC_TEXTS = {80: "iptc_byline", 110: "iptc_credit", 116: "iptc_copyright"}
_XMP_BYTES_MAX = 262_144


def facts(anatomy: Anatomy) -> dict[str, str | bool]:
    """Return what the file says about rights; a fact that is not there has no key.

    `content_credentials` is always there. Sources: EXIF Artist and Copyright; XMP dc, xmpRights,
    photoshop and IPTC extension; IPTC-IIM record 2.
    """
    found: dict[str, str | bool] = {
        "exif_artist": exif.text(anatomy.exif, exif.ARTIST),
        "exif_copyright": exif.text(anatomy.exif, exif.COPYRIGHT),
        **_from_xmp(anatomy.xmp),
        **_from_iptc(anatomy.iptc),
    }
    kept = {name: _short(value) if isinstance(value, str) else value for name, value in found.items()}
    return {name: value for name, value in kept.items() if value} | {
        "content_credentials": anatomy.has_credentials
    }


def _short(value: str) -> str:
    """Return printable text on one line, cut to a bearable length."""
    printable = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(printable.split())[:FACT_CHARS_MAX]


def _from_xmp(xmp: bytes) -> dict[str, str | bool]:
    """Find the properties by their customary prefixes; XMP in the wild uses no others."""
    text = xmp[:_XMP_BYTES_MAX].decode("utf-8", "replace")
    found: dict[str, str | bool] = {name: _property(text, tag) for name, tag in _XMP_TEXTS.items()}
    found["xmp_marked"] = _property(text, "xmpRights:Marked").lower() == "true"
    return found


def _property(text: str, tag: str) -> str:
    """Return a property's text, written as an attribute or as an element with or without a list."""
    attribute = re.search(rf'{tag}="([^"]{{0,2000}})"', text)
    if attribute:
        return unescape(attribute[1])
    start = text.find(f"<{tag}")
    end = text.find(f"</{tag}>", start)
    if start < 0 or end < 0:
        return ""
    element = text[text.find(">", start) + 1 : end][:4000]
    return unescape(re.sub(r"<[^>]*>", " ", element)).strip()


def _from_iptc(block: bytes) -> dict[str, str | bool]:
    """Read datasets of record 2: marker 0x1C, record, number, length, text."""
    found: dict[str, str | bool] = {}
    at = 0
    while at + 5 <= len(block) and block[at] == 0x1C:
        length = int.from_bytes(block[at + 3 : at + 5], "big")
        if block[at + 1] == 2 and block[at + 2] in _IPTC_TEXTS:
            text = block[at + 5 : at + 5 + min(length, 2000)].decode("utf-8", "replace")
            found.setdefault(_IPTC_TEXTS[block[at + 2]], text)
        at += 5 + length
    return found
