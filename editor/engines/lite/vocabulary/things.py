"""English words for things in pictures, and words for what the engine cannot do.

A thing can only be edited where a person has painted it; knowing its name lets the
engine say so. The list of what is beyond it exists for the sake of a better answer:
whatever is in no list at all is declined too.
"""

NOUNS = """
        guys, dude, fellow, bloke, chap, gentleman, teenager, teen, toddler, infant, bride, groom,
        couple, family,
        friend, friends, girlfriend, boyfriend, wife, husband, mother, father, mum, mom, dad, son, daughter,
        grandma, grandpa, sister, brother, colleague, player, dancer, singer, cyclist, driver, model,
        photobomber,
        bystander, bystanders, passersby, pedestrian, pedestrians, onlooker, ex, lamp post, lamppost, street
        sign, road sign, traffic sign, signpost, bollard, trash can, rubbish bin, garbage, garbage can,
        dustbin,
        skip, crane, antenna, scaffolding, billboard, banner, graffiti, pipe, pipes, drainpipe, hose, ladder,
        rope, string, thread, hair strand, tripod, microphone, tag, badge, logo patch, zip, zipper, button,
        buttons, collar, sleeve, sleeves, belt, sock, socks, sandals, sneakers, trainers, heels, scarf end,
        glove, gloves, mitten, robe, gown, veil, cardigan, vest, waistcoat, polo, tank top, leggings,
        swimsuit,
        bikini, umbrella stand, wine, beer, tea, pizza, sandwich, burger, salad, soup, egg, cheese, cookie,
        orange fruit, lemon, grapes, strawberry, tomato, pumpkin, mushroom, wheelchair, stroller, pram,
        scooter,
        skateboard, tractor, taxi, cab, van door, tram, subway, lorry, helicopter, kite, drone, sail, anchor,
        dock, pier, jetty, lighthouse, castle, church, temple, mosque, skyscraper, skyscrapers, barn, shed,
        garage, balcony, porch, stairs, staircase, step, railing, banister, gate, doorway, arch,
        column, pillar,
        chimney, bench seat, fountain, pond, puddle, puddles, waterfall, creek, stream, island, cliff, valley,
        desert, dune, cave, volcano, trail, track, tracks, railway, rail, rails, tunnel, highway, crosswalk,
        kerb, curb, manhole, bush, bushes, hedge, shrub, branch, branches, twig, stem, petal, petals, blossom,
        bouquet, cactus, palm, palm tree, vine, moss, weed, weeds, log, stump, insect, bee, butterfly, spider,
        fly, duck, swan, seagull, gull, pigeon, chicken, rooster, hen, goat, pig, donkey, elephant, lion,
        tiger, bear, monkey, rabbit, squirrel, mouse, rat, turtle, frog, snake, lizard, whale, dolphin, shark,
        puppy, kitten, pet, paw, beak, wing, wings, feather, horn, mane, eyelash, eyelashes, eyelids, cheek,
        cheeks, chin, forehead, jaw, shoulder, shoulders, elbow, wrist, thumb, knee, knees, ankle, toe, toes,
        belly, chest, back of the head, acne, zit, zits, birthmark, dark circles, eye bags, bags under
        the eyes,
        double chin, red eye, red eyes, red eye effect, dandruff, stubble, moustache, mustache, bald
        spot, iris,
        pupil, pupils, bracelet, brooch, earring, piercing, wallet, purse, suitcase, luggage, parcel, package,
        envelope, letter box, mailbox, newspaper, magazine, poster, painting frame, photo frame, clock,
        calendar,
        piano, guitar, violin, drum, speaker, radio, tv, television, monitor, tablet, charger, socket, plug,
        switch on the wall, radiator, fridge, oven, stove, sink, tap, bathtub, shower, toilet, counter,
        countertop, cupboard, wardrobe, drawer, bookshelf, stool, armchair, footstool, mattress, bedsheet,
        tablecloth, napkin, tray, jar, kettle, teapot, straw, ice cream, snowman, santa, christmas tree,
        wrinkled shirt, crease, creases, fold, date stamp, time stamp, timestamp, watermark stamp,
        fingerprint,
        smudge mark, hot air balloon, contrail, contrails, shadow of the photographer, sensor spot, dust spot,
        dust spots, hair on the lens, object there, blob, stick, post, ramp there, cone, traffic cone,
        barrier,
        post box, parasol, deck chair, towel rack, surfboard, bucket and spade, sandcastle, boat house,
        number plate, number plates, licence plate, licence plates, license plate, license plates,
        sky, skies, cloud, clouds, sun, sunset, moon, star, stars, background, foreground, backdrop,
        subject, horizon, sea, ocean, water, lake, river, beach, sand, wave, waves, mountain,
        mountains, hill, hills, tree, trees, grass, flower, flowers, plant, plants, leaf, leaves,
        forest, field, garden, rock, rocks, stone, road, street, path, pavement, ground, floor,
        wall, walls, ceiling, roof, house, houses, building, buildings, tower, window, windows,
        door, doors, fence, bridge, sign, signs, pole, poles, lamp, lamps, lights, wire, wires,
        cable, cables, bench, car, cars, truck, van, bus, bike, bicycle, motorbike, motorcycle,
        boat, ship, plane, aeroplane, airplane, train, wheel, wheels, rocket, person, people, man,
        men, woman, women, boy, girl, child, children, kid, kids, baby, guy, lady, crowd, tourist,
        tourists, stranger, strangers, passerby, face, faces, skin, hair, beard, eye, eyes,
        eyebrows, nose, mouth, lips, lip, teeth, tooth, ear, ears, neck, hand, hands, arm, arms,
        finger, fingers, nail, nails, leg, legs, foot, feet, head, body, pimple, pimples, spot,
        spots, blemish, blemishes, wrinkle, wrinkles, scar, mole, freckles, tattoo, dress, skirt,
        shirt, tshirt, t shirt, blouse, top, jacket, coat, suit, tie, trousers, pants, jeans,
        shorts, shoe, shoes, boots, hat, cap, scarf, glasses, sunglasses, necklace, earrings, ring,
        watch, bag, backpack, handbag, jumper, sweater, hoodie, uniform, helmet, clothes, clothing,
        outfit, dog, dogs, cat, cats, bird, birds, horse, cow, sheep, fish, animal, animals, fur,
        tail, table, chair, chairs, sofa, couch, bed, desk, shelf, carpet, rug, curtain, curtains,
        pillow, cushion, blanket, towel, mirror, picture frame, plate, bowl, cup, mug, glass,
        bottle, can of, spoon, fork, knife, food, coffee, cake, fruit, apple, banana, bread, book,
        books, paper, phone, laptop, computer, screen, keyboard, camera, box, bin, trash, rubbish,
        litter, candy, crayon, crayons, mural, bucket, ball, toy, balloon, umbrella, flag, object,
        objects, thing, things, item,
        stuff, mark, marks, stain, stains, scratch, scratches, dust, crack, cracks, hole,
        reflection, reflections, glare, flash, lens flare, flare, smoke, fog, mist, snow, rain,
        fire, left, right, left side, right side, bottom, corner, corners, edge, edges, centre,
        center, middle, side, top left, top right, bottom left, bottom right, left half, right half,
        upper half, lower half, him, them, me, us, myself, it all, he, she, eyeball, product, logo
        on, label, sticker, price tag, drink, pot, pan, candle, vase, statue, poster on,
        wallpaper, tile, tiles, brick, bricks, wood, metal, leather, fabric, cloth, parking lot, bus
        stop, street light, street lamp, traffic light, power line, power lines, shopping bag,
        coffee cup
    """

BEYOND: dict[str, str] = {
    "objects": """
        replace, replacing, swap, insert, put in, place, exchange, substitute, wearing, wear,
        holding, hold, standing, sitting, with a hat, duplicate, copy, clone, multiply, move, shift
    """,
    "frame": """
        crop, cropped, rotate, rotated, rotation, flip, flipped, mirror it, resize, resized,
        enlarge, upscale, upscaled, zoom, zoom in, zoom out, widen, extend, expand, outpaint,
        uncrop, straighten, bigger, smaller, larger, wider, taller, 4k, 8k, hd, higher resolution,
        high resolution, resolution, super resolution, aspect ratio, square, aspect, scale, border,
        turn left, turn right
    """,
    "text": """
        text, texts, word, words, caption, write, writing, letters, title, headline, font,
        translate, says, say, logo, watermark,
        watermarks, lettering, subtitle, subtitles
    """,
    "scenes": """
        winter, summer, spring, autumn, fall, daytime, day, sunny, sunnier, rainy,
        snowy, cloudy, foggy, stormy, snowing, raining, dawn, sunrise, christmas,
        halloween, cyberpunk, futuristic, fantasy, underwater, tropical, paris, weather, season
    """,
    "people": """
        smile, smiling, smiles, laugh, younger, older, thinner, slimmer, fatter, muscular, happy,
        happier, angry, pose, expression, haircut, hairstyle, bald, makeup, make up, naked, nude,
        prettier, beautify, hotter, sexy, open the eyes, open eyes, close
    """,
    "styles": """
        anime, manga, ghibli, pixar, disney,
        lego, 3d, claymation, pixel art, picasso, dali, klimt, rembrandt, vermeer, cubist, cubism, surreal,
        realistic, photorealistic, photo realistic, hdr, charcoal, pastel
        drawing, stained glass, neon, glitch, double exposure, caricature, render in 3d, tilt shift,
        colourise, colorize, colourize,
        colorise, marble statue
    """,
    "background": """
        new background, another background, different background, alpha
    """,
}

REGIONS: dict[str, str] = {
    "background": "background, backdrop, backgrounds",
    "subject": "subject, foreground, main subject",
    "faces": """
        face, faces, all faces, all the faces, every face, human faces, people's faces, peoples faces,
        everyone's face, everybody's face, everyone's faces, everybody's faces, faces of the people,
        faces of people, faces of all people, faces of everyone, faces of the children, faces of the kids,
        children's faces, kids' faces, kids faces, child's face, person's face, man's face, woman's face,
        girl's face, boy's face, baby's face, visages
    """,
    "sky": "sky, skies",
    "greenery": "greenery, grass, vegetation, foliage, leaves, lawn, plants, meadow, greens, trees",
}
"""What can be found without a painted mask."""

REGION_OF: dict[str, str] = {
    " ".join(noun.split()): region for region, nouns in REGIONS.items() for noun in nouns.split(",")
}
