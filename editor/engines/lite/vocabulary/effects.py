"""English words for whole effects, by operation; "@" names the region that an effect always has."""

EFFECTS = {
    "monochrome": """
        black and whites, b and w photo, blackandwhite, black and white only, greyscaled,
        grayscaled, without its colours, devoid of colour, devoid of color, drained of colour,
        drained of color, ansel adams, silver gelatin, grey tones, gray tones, grays, greys, no
        colour, no color, no colours, no colors, zero colour, black white photo,
        black and white, black & white, in shades of grey, colour free, color free, without colour,
        without color, without any colour, without any color, without colours, without colors,
        greyscale photo, newspaper grey, b/w photo, bw, b&w, b/w, b w, monochrome, monochromatic,
        greyscale,
        grayscale, grey scale, gray scale, shades of grey, shades of gray, noir, black n white, b
        and w, black white, colourless photo
    """,
    "sepia": """
        sepia coloured, sepia colored, old sepia, antique brown, brown toned, brownish old
        photo, sepia toning, sepia ish,
        sepia, sepia tone, sepia toned, sepia brown
    """,
    "vintage": """
        old timey photo, old timer, from another era, from a bygone era, from decades ago,
        decades old, like grandma's photos, grandma's photo album, old family album, throwback,
        the seventies, the sixties, the eighties, the fifties, the 70s, the 60s, the 80s, the
        90s, 90s, 1990s, nineties, the nineties, from the 1970s, from the 1960s, from the 1980s,
        from the 1950s, from the 90s, from the 60s, from the 80s, 1940s, from the 1940s, 1920s,
        from the 1920s, old worldly, dated, weathered, timeworn, old looking, retro looking,
        vintage looking, retro style photo, instant camera, instant photo, lomo, lomography,
        instagram style retro, yellowed, like an antique,
        vintage, retro, aged look, old look, antique look, like an old photo, like an old photograph,
        vintage vibe, from the fifties, 50s, 1950s, from the eighties, 1980s, from the sixties,
        yesteryear, bygone, old timey brownish, old brownish, faded polaroid, old fashioned, nostalgic,
        old photo, old time, old timey, old school,
        vintage film, polaroid, old polaroid, aged, 70s, seventies, 60s, sixties, 80s, 1970s, 1960s,
        faded vintage,
        from the 70s, from the seventies, old picture, old photograph, antique
    """,
    "film": """
        film, 35 mm, 35mm film, film grainy look, analog camera, analogue camera, film roll,
        roll film, agfa, ilford, cinestill, velvia, film like look, film feel, film aesthetic,
        photographic film, film simulation, shot on kodak, shot on 35mm, shot with a film
        camera,
        film look, portra, fuji, fujifilm, kodachrome, disposable camera, shot on analog film, analog
        film, analogue film, old film, analog, analogue, shot on film, film photo,
        film camera, 35mm, matte look, matte film, film stock, film emulation, kodak, like film,
        filmlike, film like
    """,
    "cinematic": """
        motion picture, big screen, cinema like, feature film, movie esque, film still,
        hollywood film, hollywood movie, like in the cinema, like in the movies, thriller, movie
        grade, color graded, colour graded, color grading, colour grading, teal orange,
        tarantino, wes anderson,
        cinematic, filmic, movie scene, film scene, like a scene from a film, like a scene from a
        movie, out of a movie, movie poster colours, movie like, like a movie, like in a movie, movie
        still, movie, film noir colours,
        teal and orange, orange and teal, teal & orange, blockbuster, cinema, like a film still,
        movie look, hollywood, color grade, colour grade, cinematic color grade, cinematic colour grade,
        cinematic grade, cinematic color grading, cinematic colour grading, cinematically
    """,
    "night": """
        late at night, dead of night, night like, nightly, day look like night, moonlight mood,
        moonlit night, under the moon, by moonlight, dark night, nocturne, evening to night,
        after dark, night sky mood, day into nighttime, daytime into night, daylight into night,
        it was night, it is night, it were night,
        night look, like at night, like night, under moonlight, in the middle of the night, day to
        night look, night, nighttime, night time, at night, by night, night scene, moonlight, moonlit,
        nocturnal, day for night, taken at night, shot at night, day into night, day to night, midnight,
        it was taken at night, night photo
    """,
    "dusk": """
        evening dusk, day into dusk, daytime into dusk, day to dusk, daylight into dusk, into
        dusk, just before night, early evening, late evening, sundown twilight, after sundown,
        in the evening, the sun has just set, bluish evening, violet hour, evening blue,
        crepuscular,
        dusk look, like dusk, after sunset, just after sunset, evening twilight, evening mood, dusk,
        twilight, blue hour, at dusk, nightfall, evening light, evening, gloaming
    """,
    "golden": """
        golden hour glow, magic hour, sunset, at sundown, sundown, golden sun, golden sunset,
        late sun, evening sunshine, evening sunlight, lit by the setting sun, setting sun,
        golden sunshine, warm sunlight, warm sunshine, late afternoon, in golden light,
        goldenhour, honeyed light, sun drenched, sun soaked,
        golden hour, warm glow, cosy glow, cozy glow, cosy warm glow, cozy warm glow, sunny glow,
        golden evening glow, glow of the evening sun, bathed in sunset light, bathed in golden light,
        sunset vibe, sunset vibes, sun kissed, sunkissed, golden hour lighting, golden light, golden
        hour light, sunset light, at sunset,
        sunset glow, warm evening light, evening sun, low sun, late afternoon light, golden glow,
        sunset lighting, sunset mood, golden evening light, sunset colours, sunset colors, sunset look,
        golden sunlight, late afternoon sun, warm sunset light, sunset tones
    """,
    "ink": """
        fine liner, fineliner, drawn in pen, ballpoint pen art, ballpoint pen drawing, fountain
        pen, fountain pen sketch, brush and ink, quill drawing, black ink on paper, ink on
        paper, india ink drawing, inkwork, pen strokes, cross hatching, crosshatching, cross
        hatched, crosshatched,
        ink drawing, fountain pen drawing, drawn in ink, drawn with ink, drawn with a pen, biro
        drawing, ballpoint drawing, ink, pen and ink, pen drawing, ink sketch, inked, ink art, india
        ink, black ink,
        line art, lineart, pen and ink drawing, pen and ink sketch, ink illustration, pen sketch, inking
    """,
    "watercolor": """
        watercoloured, watercolored, water coloured, gouache, aquarelle painting, wash painting,
        painted with water colours, soft watercolour, soft watercolor, loose watercolour, loose
        watercolor, brushed watercolour, watercolor wash, watercolour wash,
        watercolour, watercolor, painted with watercolours, painted with watercolors, aquarell,
        watercolours, watercolors, watercolour painting, watercolor painting,
        hand painted watercolour, hand painted watercolor, hand painted in watercolour,
        hand painted in watercolor,
        aquarelle, water colour, water color, water colour painting, painted in watercolour, watercolor
        paint, watercolour paint, painted in watercolor, water colours, water colors, watercolour sketch,
        watercolor sketch, painted in watercolours, painted in watercolors, watercolour art, watercolor art
    """,
    "posterize": """
        posterised look, posterizing, posterising, reduce the number of colours, reduce the
        number of colors, few colours, few colors, only a few colours, only a few colors, flat
        areas of colour, flat areas of color, flat poster colours, obama hope poster, hope
        poster, screen printed, screenprinted, silkscreen, silkscreen print, silk screen print,
        colour banding, color banding,
        posterise, posterize, posterise it, posterize it, fewer colours, fewer colors, limited palette,
        posterised, posterized, posterisation, posterization, screen print,
        screenprint, silk screen, poster, poster art, poster like, flat colours, flat colors, flat poster
    """,
    "mosaic": """
        mosaic of small tiles, mosaic of tiles, mosaic of little tiles, mosaic made of tiles,
        mosaic of coloured stones, mosaic of coloured tiles, small mosaic tiles, tile art,
        mosaic floor, ceramic mosaic, mosaic made of small tiles, mosaic stones, gaudi mosaic,
        mosaic like, mosaicked,
        mosaic, byzantine mosaic, mosaic picture, made of little tiles, made of small tiles, pixel
        mosaic, tile mosaic, mosaic tiles, roman mosaic, made of tiles, mosaic art,
        tesserae, tiled mosaic
    """,
    "halftone": """
        newspaper dot, printed newspaper, old newspaper, dots like a newspaper, like in a
        newspaper, like a newspaper, as in a newspaper, newspaper style, print dots, dotted
        print, dot pattern, raster print, ben day dots, benday dots, dot screen, dotted, comic
        print dots, offset print, halftoned, half toned,
        halftone, half tone, like printed in a newspaper, newspaper look, like a newspaper photo,
        halftone print, newsprint, newspaper print, halftone dots, comic dots,
        newspaper dots, printed dots, halftone pattern, newspaper photo
    """,
    "blur@background": """
        narrow depth of field, reduced depth of field, f 1 4, f1 8, portrait blur, blur behind,
        bokehlicious, blurred backdrop, blurry backdrop, backdrop blur, smooth background,
        dreamy background, out of focus backdrop, creamy background, lens blur behind, 50mm
        bokeh, bokeh effect,
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
        hide identities, hide the identities, hide everyone, hide the people, anonymous,
        anonymise it, anonymize it, anonymise this, anonymize this, hide who is in it, protect
        their identity, protect their identities, protect everyone's privacy, protect their
        privacy, for privacy blur the faces, make everybody unrecognisable, make everybody
        unrecognizable, make them unrecognisable, make them unrecognizable,
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
        isolate the main subject, background away, background off, clear background, empty
        background, cut the subject from the background, cut out of the background, remove
        everything behind, remove everything behind the subject, remove everything except the
        subject, remove everything but the subject, keep only the subject, keep just the
        subject, only keep the subject, leave only the subject, only the subject, just the
        subject, sticker with transparent background, alpha background, with transparency,
        transparent backdrop, no backdrop, without backdrop, remove the backdrop, delete the
        backdrop, erase the backdrop, get rid of the backdrop, extract the main subject, extract
        the object, free the subject from the background, separate the subject from the
        background,
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
        pencilled, penciled, drawn in graphite, pencil strokes, drawn by pencil, with a pencil,
        hand sketch, hand sketched, rough sketch, artist's sketch, sketch on paper, pencil on
        paper, pencil portrait, pencil shading, pencil work, sketching, pencil illustration,
        pencil sketch, pencil drawing, lead pencil drawing, drawn by hand, sketched by hand, sketched
        in pencil, drawn with pencils, graphite pencil drawing, sketchbook, sketch, pencil, drawing,
        pencil drawn, hand drawn, hand drawn
        sketch, graphite, graphite drawing, graphite sketch, sketched, pencil art, drawn in pencil,
        drawn with a pencil, drawn with pencil, in pencil, line drawing, sketchy, pencil sketched
    """,
    "oil": """
        oil painted look, painted in oil, impasto, oil canvas, painted portrait, hand painted
        look, old masters, old master, brushwork, brushy, classic painting, acrylic painting,
        acrylics, renaissance painting, baroque painting, painting on canvas, painted in
        acrylics, oil brush,
        oil painting, painted canvas, painted on canvas, old master painting, like a painting, thick
        brush strokes, brush strokes, brushstrokes, oil paint, oil painted, oil, oil on canvas, oils,
        oil paintings, painted in
        oil, painted in oils, painterly, painting, classical painting, painted, hand painted,
        impressionist painting, impressionistic, oil colours, oil
        colors
    """,
    "cartoon": """
        comic look, comics style, comic like, superhero comic, marvel comic, saturday morning
        cartoon, animated, animated film, toonify, toonified, cartoonified, cartoonify, cartoon
        character, comic book page, comic panel, cel shade, cartoonlike, cartoon like,
        caricature like, comic drawing, comicbook, hand drawn cartoon,
        cartoon, comic style, comics, graphic novel, cel shaded, cel shading, toon shading, cartoon
        strip, like a comic, animated cartoon, cartoonish, cartoony, cartoon drawing, comic, comic
        book, comic strip, cartoonize,
        cartoonise, cartoonized, cartoons, toon
    """,
    "vignette": """
        vignetted, vignetting effect, darkened rim, dim the corners, dim the edges, darkened
        borders, dark border around, shaded corners, shaded edges, falloff at the edges, light
        falloff, edge darkening, corner darkening, darken the sides, darken the periphery,
        darker towards the edges, darker towards the corners, darken towards the edges, dark
        rim, burn the edges, burn the corners, black out the corners a bit, edges a bit darker,
        corners a bit darker, slightly darker corners, slightly darker edges, darken the photo's
        edges, darken the outer areas, darken the edges of the photo, darken the corners of the
        photo, darken the edges of the picture, darken the corners of the picture, darken the
        edges of the image, darken the corners of the image, vigenette, vignete, vinette,
        vignette, vignetting, darker edges, darker corners, darker borders, darken the borders, darken
        the rim, dark frame of shade, shade the edges, shade the corners, fade the edges to black,
        darken edges, darken corners, darken the outer edges, edges darker, corners darker, the edges
        darker, the corners darker, dark vignette, darkened edges, darkened corners, dark edges, dark
        corners, darken the edges, darken the corners, soft vignette
    """,
    "invert": """
        as a negative, turn it negative, negative image, flip the colours, flip the colors,
        opposite colours, opposite colors, x ray look, xray look, inverse, inverse colours,
        inverse colors, reversed colours, reversed colors, colour inversion, color inversion,
        inverting,
        invert, reverse the colours, reverse the colors, swap light and dark, like a negative, invert
        colours, invert colors, inverted, negative, photo negative, film negative, invert the colours,
        invert the
        colors, inverted colours, inverted colors, inversion
    """,
    "pixelate": """
        pixelated look, pixelating, make pixelated, mosaic blur, censored, censoring, pixelation
        effect, blockify, chunky pixels, make it blocky, big blocks, pixellation, blur beyond
        recognition, make unreadable, make illegible, censor bar,
        pixelate, blocky, make blocky, pixels, big pixels, pixelate it, unrecognisable, unrecognizable,
        illegible, unreadable, make it unrecognisable, make it unrecognizable, make it unreadable, make
        it illegible, pixelated, pixellate, pixellated, pixelize, pixelise, censor, pixelation, pixel
        out
    """,
    "balance": """
        white balance is off, white balance looks off, white balance seems off, white balance is
        wrong, white balance is bad, white balance looks wrong, white balance is not right,
        white balance isn't right, wb, fix the wb, wb is off, correct wb, auto wb, awb, colours
        look wrong, colors look wrong, colours look weird, colors look weird, colours look
        unnatural, colors look unnatural, colours aren't right, colors aren't right, colours are
        not right, colors are not right, colours are unnatural, colors are unnatural, correct
        the colour balance, correct the color balance, fix the colour balance, fix the color
        balance, colour balance, color balance, balance the colours, balance the colors,
        balanced colours, balanced colors, accurate colours, accurate colors, lifelike colours,
        lifelike colors, natural tones, neutralise, neutralize, neutralise the colour cast,
        neutralize the color cast, neutralise the cast, neutralize the cast, remove the cast,
        fix the cast, correct the cast, remove any cast, get rid of the colour cast, get rid of
        the color cast, get rid of the cast, correct the colour temperature, correct the color
        temperature, fix the colour temperature, fix the color temperature, whites look white,
        whites white, white look white, adjust the white balance, adjust white balance, set the
        white balance, balance the white, natural white balance, colours more natural, colors
        more natural, colours natural, colors natural, skin tones natural, natural skin tones,
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
        glow up, give it a boost, work your magic, do your thing, make it shine, make it nicer,
        make it prettier, make it better, make it pretty, make it look nice, look nice, look
        amazing, look awesome, look stunning, optimise, optimize, optimised, optimized, optimise
        it, optimize it, upgrade, refine, refine it, perfect it, make it perfect, auto
        enhancement, auto improve, automatic enhancement, automatic correction, one click fix,
        quick fix, auto tune, tune it, fine tune, professional edit, general improvement,
        overall improvement, bring out the best, bring out the best in it, make the best out of
        it, get the best out of it, improve the overall look, improve the look, improve overall,
        improve overall quality, improve image quality, improve the image quality, better
        looking, good looking, more appealing, appealing, more attractive, attractive, beautify,
        beautify it, prettify, retouch, retouch it, make it presentable, presentable, more
        polished, polished,
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
