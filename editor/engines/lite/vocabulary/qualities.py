"""English words for the scales that a picture can be moved along: adjectives, verbs, nouns."""

QUALITIES: dict[tuple[str, int], tuple[str, str, str]] = {
    # (scale, direction): plain adjectives; compared ones; verbs
    ("brightness", 1): (
        "bright, light, well lit, luminous, radiant, sunlit, overexposed, over exposed, overlit, blown out",
        "brighter, lighter, better lit, brightest, more luminous, more radiant",
        """
        brighten, brighten up, lighten, lighten up, brightening, illuminate, brightened, light up,
        brightens, brighten it up, lighten it up, lighten it, brighten it, light it up, give it more
        light, add light
    """,
    ),
    ("brightness", -1): (
        "dark, dim, shadowy, gloomily lit, darkish, underexposed, under exposed, underlit, murky",
        "darker, dimmer",
        "darken, dim down, darkening, darkened, darken it, darken it down, make darker",
    ),
    ("contrast", 1): (
        "contrasty, high contrast, contrasted, harsh",
        "contrastier, higher contrast, harsher",
        "",
    ),
    ("contrast", -1): (
        "low contrast, flat, lacking contrast",
        "flatter, lower contrast, softer contrast",
        "flatten",
    ),
    ("warmth", 1): (
        "warm, warm toned, cosy, cozy, homely, toasty, summery",
        "warmer, warmest, cosier, cozier, toastier, more summery, more cosy, more cozy",
        "warm up, warm it up, warming, warm it",
    ),
    ("warmth", -1): (
        "cold, cool toned, chilly, cold toned, icy, frosty",
        "cooler, colder, cooler toned, icier, frostier, chillier, less warm",
        "cool down, cool it down, cool off, cooling",
    ),
    ("saturation", 1): ("saturated, oversaturated, over saturated, highly saturated", "", "saturate"),
    ("saturation", -1): (
        "desaturated, muted, subdued, subtle in colour, undersaturated, under saturated, unsaturated",
        "",
        "desaturate, mute, desaturating",
    ),
    ("vibrance", 1): (
        "vivid, vibrant, colourful, colorful, lively, rich, garish, lush, luscious, saturated and vivid",
        """
            livelier, richer, lusher, more lush, more alive, bolder colours, bolder colors, punchier
            colours, punchier colors
        """,
        """
            liven up, liven it up, liven them up, enliven, enrich, vivify, freshen up, freshen up the
            colours, freshen up the colors, perk up
        """,
    ),
    ("sharpness", 1): (
        "sharp, crisp, razor sharp, tack sharp, pin sharp, oversharpened, over sharpened",
        "sharper, crisper",
        """
            sharpen, sharpen it up, sharpen it, crisp up, crisp it up, sharpen up, crispen, sharpening,
            sharpened
        """,
    ),
    ("sharpness", -1): ("soft", "softer", "soften, softening"),
    ("blur", 1): (
        "blurry, blurred, out of focus, unfocused, fuzzy, unsharp, soft focus",
        "blurrier, fuzzier, blurier",
        "blur, blur it, blur it out, smudge, blur out, blurring, defocus, unfocus",
    ),
    ("blur", -1): ("in focus", "", "unblur, deblur, de blur"),
    ("noise", 1): ("noisy, grainy", "noisier, grainier", ""),
    ("noise", -1): (
        "noise free, noiseless, clean",
        "cleaner",
        """
            clean up the grain, reduce the grain, smooth out the grain, clean up noise, denoise, de
            noise, denoising
        """,
    ),
    ("haze", 1): ("hazy, misty looking", "hazier", ""),
    ("haze", -1): ("", "", "dehaze, de haze"),
    ("gloom", 1): (
        """
            gloomy, dreary, grim, miserable, sad, bleak, depressing, sombre, somber, moody, dismal, sad
            looking
        """,
        "gloomier, bleaker, moodier",
        "",
    ),
    ("gloom", -1): (
        "cheerful, cheery, friendly, uplifting, joyful",
        "cheerier, friendlier, more joyful",
        "cheer up, cheer it up",
    ),
    ("dullness", 1): (
        """
            dull, drab, dreary coloured, uninteresting, insipid, lifeless, bland, boring, lacklustre,
            lackluster, colourless, colorless
        """,
        "duller, drabber",
        "",
    ),
    ("dullness", -1): (
        "punchy, lively looking, striking, eye catching",
        "punchier, more eye catching, more interesting",
        "pop, really pop, stand out more",
    ),
    ("fading", 1): (
        "washed out, faded, anaemic, anemic, pallid, pale, bleached out, bleached, milky",
        "paler",
        "fade, wash out",
    ),
    ("drama", 1): ("dramatic, intense looking, epic", "", "dramatise, dramatize"),
}

PROPERTIES: dict[tuple[str, int], str] = {
    ("brightness", 1): "brightness, exposure, light, luminosity, luminance, illumination",
    ("brightness", -1): "darkness",
    ("contrast", 1): "contrast, contrasts, tonal contrast",
    ("warmth", 1): "warmth, temperature, colour temperature, color temperature, warmness",
    ("warmth", -1): "coolness, coldness",
    (
        "saturation",
        1,
    ): """
        saturation, colour, color, colours, colors, colour saturation, color saturation, colour
        intensity, color intensity
    """,
    ("vibrance", 1): "vibrance, vibrancy, vividness, colourfulness, colorfulness, pop, punch, punchiness",
    ("sharpness", 1): "sharpness, crispness, focus, definition",
    ("sharpness", -1): "softness",
    ("blur", 1): "blurriness, bluriness, fuzziness, gaussian blur",
    (
        "noise",
        1,
    ): """
        noise, grain, film grain, graininess, image noise, digital noise, colour noise, color noise,
        grains
    """,
    ("haze", 1): "haze, haziness",
    ("clarity", 1): "clarity, local contrast, texture, structure, micro contrast",
    ("gloom", 1): "gloom, gloominess",
    ("dullness", 1): "dullness",
    ("drama", 1): "drama",
}

ZONES = {
    "shadows": """
        shadows, shadow, dark areas, dark parts, dark bits, dark spots, dark corners of the picture,
        shade, dark zones, darks, blacks, darker areas, darker parts, dark
        regions, shadow areas, shaded areas
    """,
    "highlights": """
        highlights, highlight, bright areas, bright parts, bright bits, bright spots, hot spots, bright
        zones, brights, whites, lights in the picture,
        brighter areas, bright regions
    """,
}
