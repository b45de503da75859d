"""English words for whole effects, by operation; "@" names the region that an effect always has."""

EFFECTS = {
    "monochrome": """
        black and white, black & white, in shades of grey, colour free, color free, without colour,
        without color, without any colour, without any color, without colours, without colors,
        greyscale photo, newspaper grey, b/w photo, bw, b&w, b/w, b w, monochrome, monochromatic,
        greyscale,
        grayscale, grey scale, gray scale, shades of grey, shades of gray, noir, black n white, b
        and w, black white, colourless photo
    """,
    "sepia": "sepia, sepia tone, sepia toned, sepia brown",
    "vintage": """
        vintage, retro, aged look, old look, antique look, like an old photo, like an old photograph,
        vintage vibe, from the fifties, 50s, 1950s, from the eighties, 1980s, from the sixties,
        yesteryear, bygone, old timey brownish, old brownish, faded polaroid, old fashioned, nostalgic,
        old photo, old time, old timey, old school,
        vintage film, polaroid, old polaroid, aged, 70s, seventies, 60s, sixties, 80s, 1970s, 1960s,
        faded vintage,
        from the 70s, from the seventies, old picture, old photograph, antique
    """,
    "film": """
        film look, portra, fuji, fujifilm, kodachrome, disposable camera, shot on analog film, analog
        film, analogue film, old film, analog, analogue, shot on film, film photo,
        film camera, 35mm, matte look, matte film, film stock, film emulation, kodak, like film,
        filmlike, film like
    """,
    "cinematic": """
        cinematic, filmic, movie scene, film scene, like a scene from a film, like a scene from a
        movie, out of a movie, movie poster colours, movie like, like a movie, like in a movie, movie
        still, movie, film noir colours,
        teal and orange, orange and teal, teal & orange, blockbuster, cinema, like a film still,
        movie look, hollywood, color grade, colour grade, cinematic color grade, cinematic colour grade,
        cinematic grade, cinematic color grading, cinematic colour grading, cinematically
    """,
    "night": """
        night look, like at night, like night, under moonlight, in the middle of the night, day to
        night look, night, nighttime, night time, at night, by night, night scene, moonlight, moonlit,
        nocturnal, day for night, taken at night, shot at night, day into night, day to night, midnight,
        it was taken at night, night photo
    """,
    "dusk": """
        dusk look, like dusk, after sunset, just after sunset, evening twilight, evening mood, dusk,
        twilight, blue hour, at dusk, nightfall, evening light, evening, gloaming
    """,
    "golden": """
        golden hour, warm glow, cosy glow, cozy glow, cosy warm glow, cozy warm glow, sunny glow,
        golden evening glow, glow of the evening sun, bathed in sunset light, bathed in golden light,
        sunset vibe, sunset vibes, sun kissed, sunkissed, golden hour lighting, golden light, golden
        hour light, sunset light, at sunset,
        sunset glow, warm evening light, evening sun, low sun, late afternoon light, golden glow,
        sunset lighting, sunset mood, golden evening light, sunset colours, sunset colors, sunset look,
        golden sunlight, late afternoon sun, warm sunset light, sunset tones
    """,
    "ink": """
        ink drawing, fountain pen drawing, drawn in ink, drawn with ink, drawn with a pen, biro
        drawing, ballpoint drawing, ink, pen and ink, pen drawing, ink sketch, inked, ink art, india
        ink, black ink,
        line art, lineart, pen and ink drawing, pen and ink sketch, ink illustration, pen sketch, inking
    """,
    "watercolor": """
        watercolour, watercolor, painted with watercolours, painted with watercolors, aquarell,
        watercolours, watercolors, watercolour painting, watercolor painting,
        hand painted watercolour, hand painted watercolor, hand painted in watercolour,
        hand painted in watercolor,
        aquarelle, water colour, water color, water colour painting, painted in watercolour, watercolor
        paint, watercolour paint, painted in watercolor, water colours, water colors, watercolour sketch,
        watercolor sketch, painted in watercolours, painted in watercolors, watercolour art, watercolor art
    """,
    "posterize": """
        posterise, posterize, posterise it, posterize it, fewer colours, fewer colors, limited palette,
        posterised, posterized, posterisation, posterization, screen print,
        screenprint, silk screen, poster, poster art, poster like, flat colours, flat colors, flat poster
    """,
    "mosaic": """
        mosaic, byzantine mosaic, mosaic picture, made of little tiles, made of small tiles, pixel
        mosaic, tile mosaic, mosaic tiles, roman mosaic, made of tiles, mosaic art,
        tesserae, tiled mosaic
    """,
    "halftone": """
        halftone, half tone, like printed in a newspaper, newspaper look, like a newspaper photo,
        halftone print, newsprint, newspaper print, halftone dots, comic dots,
        newspaper dots, printed dots, halftone pattern, newspaper photo
    """,
    "blur@background": """
        bokeh, portrait mode, portrait look, portrait effect, dslr look, dslr blur, like shot with a
        wide aperture, blur everything behind, blur what is behind, blur everything in the background,
        blur everything but the subject, soften the background, soften the backdrop, throw the
        background out of focus, background out of focus, put the background out of focus, make the
        background out of focus, defocus the background, shallow depth of field, blurred background,
        blurry background, depth of
        field, background blur, shallow focus, out of focus background, defocused background, soft
        background, bokeh background, low depth of field, creamy bokeh, background bokeh,
        background defocus,
        unfocused background, depth of field blur, wide aperture
    """,
    "blur@faces": """
        hide the faces, hide faces, hide all faces, hide the face, hide their faces, hide her face, hide his
        face, hide my face, hide all the faces, hide everyone's face, hide everybody's face, blur out faces,
        blur out the faces, blur out the face, anonymise the people, anonymize the people, anonymise people,
        anonymize people, anonymise everyone, anonymize everyone, anonymise everybody, anonymise the person,
        anonymize the person, anonymise the faces, anonymize the faces, anonymise all faces, anonymize all
        faces, make the faces unrecognisable, make the faces unrecognizable, make the face unrecognisable,
        make faces unrecognisable, make faces unrecognizable, make everyone unrecognisable, make everyone
        unrecognizable, make the people unrecognisable, make the people unrecognizable, make people
        unrecognisable, face blur, obscure the faces, obscure faces, obscure all faces, obscure the face,
        mask the faces, conceal the faces, cover the faces, unrecognisable faces, unrecognizable faces,
        anonymise this photo, anonymize this photo, anonymise the photo, anonymize the photo, anonymise the
        picture, anonymize the picture, make all faces unrecognisable, make all faces unrecognizable,
        nobody should be recognisable, no one should be recognisable
    """,
    "cutout@background": """
        transparent background, transparent png, transparent, png with transparency, see through, knock
        out background, free the subject, cut away the background, get rid of what is behind, clip out,
        isolate it, isolated subject, on transparent, silhouette cut out, background should go, lose
        the background, kill the background, ditch the background, cut out, cutout, remove the
        background, remove background, delete the
        background, erase the background, get rid of the background, background transparent, cut it
        out, cut out the subject, cut out the person, cut out the object, isolate the subject, isolate
        the person, isolate the object, background removal, remove bg, transparent bg, no background,
        without background, without the background, background removed, strip the background, take the
        background away, take away the background, take out the background, knock out the background,
        eliminate the background, clear the background, drop the background, make the background
        transparent, see through background, transparency, remove its background, remove my background,
        background see through, png without background, extract the subject, extract the person,
        subject only, cut the subject out, cut the person out, background gone, remove the whole
        background, remove the entire background, remove this background, remove backgrounds, background
        should be transparent, background to be transparent, turn the background transparent, background
        into transparency, on a transparent background, removing the background, isolate subject, cut out
        subject, background eraser
    """,
    "sketch": """
        pencil sketch, pencil drawing, lead pencil drawing, drawn by hand, sketched by hand, sketched
        in pencil, drawn with pencils, graphite pencil drawing, sketchbook, sketch, pencil, drawing,
        pencil drawn, hand drawn, hand drawn
        sketch, graphite, graphite drawing, graphite sketch, sketched, pencil art, drawn in pencil,
        drawn with a pencil, drawn with pencil, in pencil, line drawing, sketchy, pencil sketched
    """,
    "oil": """
        oil painting, painted canvas, painted on canvas, old master painting, like a painting, thick
        brush strokes, brush strokes, brushstrokes, oil paint, oil painted, oil, oil on canvas, oils,
        oil paintings, painted in
        oil, painted in oils, painterly, painting, classical painting, painted, hand painted,
        impressionist painting, impressionistic, oil colours, oil
        colors
    """,
    "cartoon": """
        cartoon, comic style, comics, graphic novel, cel shaded, cel shading, toon shading, cartoon
        strip, like a comic, animated cartoon, cartoonish, cartoony, cartoon drawing, comic, comic
        book, comic strip, cartoonize,
        cartoonise, cartoonized, cartoons, toon
    """,
    "vignette": """
        vignette, vignetting, darker edges, darker corners, darker borders, darken the borders, darken
        the rim, dark frame of shade, shade the edges, shade the corners, fade the edges to black,
        darken edges, darken corners, darken the outer edges, edges darker, corners darker, the edges
        darker, the corners darker, dark vignette, darkened edges, darkened corners, dark edges, dark
        corners, darken the edges, darken the corners, soft vignette
    """,
    "invert": """
        invert, reverse the colours, reverse the colors, swap light and dark, like a negative, invert
        colours, invert colors, inverted, negative, photo negative, film negative, invert the colours,
        invert the
        colors, inverted colours, inverted colors, inversion
    """,
    "pixelate": """
        pixelate, blocky, make blocky, pixels, big pixels, pixelate it, unrecognisable, unrecognizable,
        illegible, unreadable, make it unrecognisable, make it unrecognizable, make it unreadable, make
        it illegible, pixelated, pixellate, pixellated, pixelize, pixelise, censor, pixelation, pixel
        out
    """,
    "balance": """
        fix the white balance, neutral, more neutral, truer colours, truer colors, true colours, true
        colors, more natural colours, more natural colors, realistic colours, realistic colors, neutral
        white balance, the colours are off, the colors are off, colours look off, colors look off,
        colours are wrong, colors are wrong, get the colours right, get the colors right, correct the
        white balance, fix white balance, correct white balance,
        auto white balance, white balance, neutralise the colours, neutralize the colors, neutral
        colours, neutral colors, fix the colours, fix the colors, correct the colours, correct the
        colors, colour correct, color correct, colour correction, color correction, fix the colour,
        fix the color, correct the colour, correct the color, remove the colour cast, remove the
        color cast, remove colour cast, remove color cast, remove any colour cast, remove any color
        cast, fix the colour cast, fix the color cast, fix colours, fix colors, natural colours,
        natural colors, natural looking colours
    """,
    "enhance": """
        enhance, auto enhance, look its best, make the best of it, make the most of it, do your magic,
        magic, beautify the photo, beautify the picture, make it look good, look good, look great, look
        nicer, look better, look professional, more professional, professional looking, polish, polish
        it, spruce up, spruce it up, give it some love, tidy up the photo, a makeover, improve the
        quality, improve quality, better quality, enhance the quality, auto adjust, auto correct,
        autocorrect, auto fix, improve, better,
        nicer, auto levels, auto level, improve the lighting, fix the lighting, better lighting, fix
        the exposure, correct the exposure, fix exposure, correct exposure, improve the light,
        enhance the light, better light, fix the light, touch up, touch it up, retouch lightly,
        enhance it, enhance the photo, enhance the picture, enhance the image, enhance this photo,
        enhance this picture, enhance this image, improve it, improve the photo, improve the
        picture, improve the image, improve this photo, improve this picture, improve this image,
        fix the levels, correct the levels, enhance the lighting, enhance my photo, improve my
        photo, better quality lighting, improve the exposure, improve exposure, improve lighting,
        fix lighting
    """,
    "remove": """
        inpaint, fill in the hole, content aware fill, fill the hole, fill the selection, fill the
        selected area, fill the masked area
    """,
}
