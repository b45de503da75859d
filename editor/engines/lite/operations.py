"""The table of operations: every name a plan may hold, and the function that does it.

An operation takes the picture and its `Work` and returns a new picture of the same
size. It never thinks about what lies outside a mask; the engine restores that.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from editor.engines.base import Pixels
from editor.engines.lite import artists, color, detail, looks, paint, prints, retouch, rewording, style, tone
from editor.engines.lite.work import Work

Operation = Callable[[Pixels, Work], Pixels]

OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "remove": retouch.remove,
        "reword": rewording.reword,
        "denoise": detail.denoise,
        "dehaze": tone.dehaze,
        "balance": color.balance,
        "enhance": tone.enhance,
        "white_balance": color.white_balance,
        "exposure": tone.exposure,
        "shadows": tone.shadows,
        "highlights": tone.highlights,
        "contrast": tone.contrast,
        "clarity": tone.clarity,
        "saturation": color.saturation,
        "vibrance": color.vibrance,
        "tint": color.tint,
        "recolor": color.recolor,
        "fill": paint.fill,
        "night": looks.night,
        "dusk": looks.dusk,
        "golden": looks.golden,
        "cinematic": looks.cinematic,
        "film": looks.film,
        "invert": color.invert,
        "monochrome": color.monochrome,
        "sepia": color.sepia,
        "vintage": color.vintage,
        "oil": style.oil,
        "cartoon": style.cartoon,
        "sketch": style.sketch,
        "style": artists.paint,
        "ink": prints.ink,
        "watercolor": prints.watercolor,
        "posterize": prints.posterize,
        "mosaic": prints.mosaic,
        "halftone": prints.halftone,
        "blur": detail.blur,
        "pixelate": detail.pixelate,
        "sharpen": detail.sharpen,
        "grain": detail.grain,
        "vignette": tone.vignette,
        "cutout": paint.cutout,
    }
)
