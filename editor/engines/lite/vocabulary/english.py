"""English, British and American: which words mean what.

Only words whose meaning for a picture is certain are here. A word that is missing
makes the engine decline, which costs nobody anything; a word that is here with a
doubtful meaning edits the picture wrongly. Colours and things have their own files.
"""

from collections.abc import Iterator

from editor.engines.lite.senses import Form, Kind, Lexicon, Sense
from editor.engines.lite.vocabulary.artists import styles
from editor.engines.lite.vocabulary.colors import COLOR_LIGHTNESS_WORDS, COLORS, DERIVED_COLORS
from editor.engines.lite.vocabulary.effects import EFFECTS
from editor.engines.lite.vocabulary.lists import listed
from editor.engines.lite.vocabulary.lookalikes import LOOKALIKES
from editor.engines.lite.vocabulary.phrases import WHOLE_PHRASES
from editor.engines.lite.vocabulary.qualities import PROPERTIES, QUALITIES, ZONES
from editor.engines.lite.vocabulary.things import BEYOND, NOUNS, REGION_OF

_PLAIN_WORDS: dict[Kind, str] = {
    Kind.SKIP: """
        please, be, kindly, hi, hello, hey, thanks, thank you, thanks a lot, ok, okay, now, just, only,
        pls, plz, plss, pleease, thx, ty, cheers, gonna, gotta, lemme, dear, around it, all around, around,
        throughout, across, all over, over it, lastly, firstly, secondly, first of all, to start, to begin
        with, start by, begin by, start with, begin with, quickly, real quick, actually, basically, literally,
        honestly, such, something like, something, resembling, reminiscent of, inspired by, evoking, as
        though, a la, vibey, own, hopefully, in the end, at the end, treatment, finish of, myself a, plain
        old, nice, lovely, beautiful, pretty, cool looking, neat, classy, elegant, fancy, awesome, great,
        look like it is, in order to, if you would, when you can, whenever, asap, one, one more thing, both
        of, at the same time, at once, in one go, simply, merely, properly done, already, type of, kinda like,
        sort of like, proper looking, authentic, real, genuine, looking, the way that, while you are at it,
        while you're at it, got, has got, have got, wanna, gimme, gonna need, so that it is, so it is,
        so that it, treat, it to, me to, feels to me, to my taste, for my taste, for my liking, in my opinion,
        imo, imho, tbh, rn, btw, guys, team, sir, madam, hi there, good morning, good evening, greetings,
        really just, ugly, nasty, horrible, awful, annoying, unpleasant, unwanted, terrible, strange,
        weird, odd, distracting, i, you, we, for me, if possible, if you can, if you could, somehow,
        maybe,
        perhaps, like, as, of, at, in, on, from, into, an effect of, and then some, here is my
        photo, here is a photo, this is my photo, think, i think, i guess, guess, find, feel free
        to, go ahead and, let us, let's, lets, try to, try, there, there is, there are, some, any,
        bit of, much like, in the style of, effect, filter, version, look and feel, style, mode, out
        of, as much, to make, to be, to look, to get, that is, which is, overall, in general,
        generally, also, even, for, feeling, vibe, vibes, atmosphere, mood, kind, slider, level, levels
        of, amount of, amounts of, to me, still
    """,
    Kind.ARTICLE: """
        the, a, an, this, that, these, those, my, your, his, her, its, their, our, all the, all,
        every, both
    """,
    Kind.REQUEST: """
        could do with, can do with, would benefit from, would be nice, would be great, would be good, would be
        lovely, would be cool, i need, i want, we need, we want, i would like, asking for, ask for, deserves,
        calls for, cries out for, is in need of, are in need of, in need of, requires, require, fancy
        a, craving,
        i am after, i'm after, after a, looking for, i'm looking for, i am looking for, begs for, wants,
        i was hoping for, hoping for, how about, what about, might, might want, any way to, shall, shall be,
        want, make it so that, make sure that, want to, would like, would love, i'd like, i'd love,
        wish, hope, need, needs, should,
        should be, could, can, could you, can you, would you, will you, would, will, must, may,
        could use, can use, can i get, can i have, could i have, can we, is it possible to, would it
        be possible to, would you mind, help me, help me to, let me have, i want it
    """,
    Kind.COPULA: """
        find it, find this, is looking, are looking, is coming out, sounds, were, has become, became,
        gets, got
        a bit, is just, are just, is all, strikes me as, comes across as, comes across, is kind of, has got a,
        i find it, i find this, i find the photo, i find the picture, it's all, 's, is quite,
        is, are, was, looks, look, seems, seem, feels, feel, appears, appear, it's, that's, comes
        out, came out, turned out, has come out, came out looking, ended up, has
    """,
    Kind.PICTURE: """
        this one, mine, piccy, foto, img, file, jpeg, jpg, photie, polaroid photo, family photo,
        holiday photo, holiday
        snap, snap, snaps, vacation photo, wedding photo, landscape photo, landscape shot, landscape,
        cityscape, seascape, shots,
        whole frame, whole shot, whole image, entire shot, entire scene, entire frame, all of it, headshot,
        my photo, our photo, capture, exposure of mine, overall thing, artwork,
        it, photo, photos, picture, pictures, image, images, pic, pics, photograph, photographs,
        snapshot, shot, frame as a whole, result, whole scene, everything, whole thing, whole photo,
        whole picture, whole image, entire
        photo, entire picture, entire image, overall image, overall picture, overall photo, selfie,
        portrait photo, original photo, colour photo, color photo, scene, full image, full picture,
        full photo, the lot
    """,
    Kind.MAKE: """
        morph, alter it to, redo, remake, reimagine, rework, treat it with, spin, style it, style,
        fashion, craft,
        generate, repaint it, reinterpret, recreate, interpret, change over to, convert into, convert to,
        turn into, change this into, change the photo into, change the picture into, change the image into,
        transform into, translate into, put it in, put it into, take it to, push it to, push towards,
        move it towards, shift it
        towards, shift towards, lean towards, go with, go, opt for, aim for, try, apply some, lend, grant,
        make, bring, makes, making, turn, turning, give, giving, get, apply, applying, use, set, render,
        have, do, convert, converting, transform, change into, change it into, change it to, turn it
        into, put, go for, show, redraw, restyle, stylise, stylize, draw, run, create, produce,
        edit, process, let, come out, i'd prefer, prefer, filter it, switch, adjust to, change the
        photo to, change the picture to, change the image to, change this to, change to, turn this
        into
    """,
    Kind.RAISE: """
        ramp, scale up, tune up, hike, hike up, crank, jack up, bring back some, put back, put more, gain,
        add back, add more, add some, throw in, throw in some, throw on, slap on, stick on, sprinkle in,
        sprinkle on, mix in, work in, introduce, include, overlay with, lay on, enhance the, beef up,
        build up,
        increase, increased, increasing, raise, boost, boosting, add, adding, lift, up, turn up,
        bump up, bump, crank up, pump up, push, push up, bring up, bring back, bring out,
        strengthen, intensify, higher, dial up, amp up, heighten, maximise, maximize, give it, give
        it a, give it some, recover, rescue, pull up, open up, amplify, ramp up, emphasise,
        emphasize
    """,
    Kind.LOWER: """
        tone it down, knock down, knock back, wind down, wind back, dial it down, dial it back, scale back,
        scale down, trim, slash, suppress, rein in, ease off, ease back, take the edge off, calm down, calm,
        curb, limit, lower down, bring back down, pull it back, ease down, back off, tone it back, soften up,
        reduce, reduced, reducing, decrease, decreasing, lower, lowering, drop, turn down, tone
        down, bring down, cut, cut down, cut back, weaken, dial down, dial back, diminish, minimise,
        minimize, take down, pull down, pull back, tame, tone back, ease, lessen, cut down on, down
    """,
    Kind.REMOVE: """
        zap, nuke, kill, ditch, banish, scrap, bin it, dispose of, do away with, make disappear, make vanish,
        paint out, wash away, brush out, brush away, strip out, blot out, cut through, pierce, pull out,
        airbrush out, airbrush away, magic away, purge, drop out, free of, rid of, cure,
        remove, removing, erase, delete, get rid of, getting rid of, take out, take away, take off,
        eliminate, rub out, wipe out, wipe away, clear away, disappear, vanish, go away, gone, fill
        in, edit out, clean up, get them out, scrub out, retouch out, hide, take it out, cover up,
        photoshop out, clone out, lose, heal
    """,
    Kind.FIX: """
        mend, remedy, put right, set right, make right, tweak, cure it, straighten out the, adjust the,
        fix, fixing, correct, correcting, repair, rectify, sort out, do something about, improve,
        counteract, compensate for, address, deal with, balance
    """,
    Kind.PAINT: """
        paint, dye, recolour, recolor, colour in, color in, repaint, paint over in, recoloured,
        recolored
    """,
    Kind.KEEP: """
        keep, keeping, stay, stays, remain, remains, staying, should stay, must stay, should remain,
        leave, leaving, preserve, preserving, retain, retaining, maintain,
        maintaining
    """,
    Kind.TOUCH: """
        change, changing, touch, touching, alter, altering, affect, affecting, modify, modifying,
        adjust
    """,
    Kind.NOT: """
        not, no, don't, dont, do not, without, never, avoid, avoiding, doesn't, does not, doesnt,
        isn't, is not, isnt, instead of, rather than, shouldn't be, should not be, shouldn't, should
        not, won't, wouldn't, none of, not any, nor
    """,
    Kind.TOO: """
        too, too much, too many, way too, far too, a bit too, a little too, so, much too, overly,
        rather too, so very, enough
    """,
    Kind.MORE: """
        more, some more, extra,
        additional, a bit more of, lacks, is lacking, is missing
    """,
    Kind.LESS: "less, fewer, a bit less of, not as, not so much, not as much, not so",
    Kind.PERCENT: "%, percent, per cent, pct, percents",
    Kind.BY: "by",
    Kind.TO: "to",
    Kind.TINT: """
        tint, tints, tinted, tinge, cast, casts, colour cast, color cast, tone, tones, toned, hue,
        hues, overlay, wash, colouring, coloring, tinting
    """,
    Kind.SELECTION: """
        here, selected area, selected part, selected region, masked area, masked part, masked
        region, painted area, painted part, painted region, marked area, marked part, mask,
        selection, this area, this part, this region, that area, that part, this spot, that spot, in
        here, inside the mask, inside the selection, inside the selected area, area, region,
        highlighted area, what i painted, what i marked, what i selected, part
    """,
    Kind.REST: """
        rest, everything else, alone please, as they were, as it was, exactly as it is, the way it is,
        how it is, in peace,, anything else, other parts, all else, remaining, rest of the photo,
        rest of the picture, rest of the image, other things, anything, unchanged, untouched, alone,
        as it is, as they are, as is, intact, details, detail, composition, frame, same, size
    """,
    Kind.EXCEPT: """
        except, except for, apart from, other than, outside, outside of, besides, but for, but not
        the, everything but, all but
    """,
    Kind.AND: """
        finish with, finish off with, finishing with, followed by, next, afterwards, subsequently,
        end with, ending with, top it off with, topped off with, combined with, paired with, coupled with,
        accompanied by, complete with, and finish with, and finally, and lastly, and top it off with,
        and finish off with, and end with, and next, and afterwards,
        and, plus, then, and then, and also, plus also, along with, together with, as well as, as
        well, while, with, after that
    """,
    Kind.OR: "or, nor any",
    Kind.BUT: "but, however, though, although, yet, because, since",
}

_DEGREES: dict[float, str] = {
    0.25: """
        a tiny bit, a teeny bit, a whisker, just barely, a fraction, ever so slightly, very slightly, a
        hair, barely, a smidge, just a hair,
        minimally, very little
    """,
    0.5: """
        just a smidge, a smidge more, just a tad, a wee touch, a nudge, a notch or so, a trace, a trace of, a
        sprinkling of, a sprinkle of, a whiff of, a smattering of, a suggestion of, a suspicion of, touch of,
        modest, modestly, light touch, light handed, understated, restrained, sparingly, sparing, soft touch,
        hint of, dash of, pinch of, tiny, minimal, some subtle, barely noticeable, a little something, not too
        heavy, not too obvious, without going overboard, nothing too crazy, nothing crazy, nothing extreme,
        don't overdo it, do not overdo it, don't go overboard, not overly, a teensy bit, a tiny amount, a
        small amount, a small amount of, a little way, slightly slightly, weak, weakly, low key, toned down,
        a bit, a little, a little bit, a wee bit, a smidgen, a tiny touch, a soupcon, just a touch,
        just a bit, just a little, just slightly, by a little, by a bit, in moderation, without
        overdoing it, lightly done, slightly, a touch, a tad, lightly, gently, subtly, subtle,
        slight, mild, mildly, gentle, small, faint, faintly, softly, not much, not too much, not too
        strong, not too strongly, not a lot, bit, little, delicately, delicate, a shade, natural,
        naturally, carefully, discreet, minor, not overdone, tastefully, tasteful
    """,
    0.75: """
        kinda, sorta, reasonably, relatively, partially, partly, decently, mid, average, somewhat, moderately,
        moderate, fairly, a notch, medium, kind of, sort of, some what,
    """,
    1.3: "quite, noticeably, clearly, considerable, noticeable, visibly, nicely, good, properly",
    1.7: """
        way more, far more, a ton, a ton of, a load, a load of, a bunch, a bunch of, oodles of, masses
        of, a great
        many, seriously, majorly, powerful, powerfully, pronounced, punchily, vigorous, vigorously,
        aggressive,
        aggressively, decisively, ample, abundant, generous, generously, thick, dense, proper strong,
        right up,
        way up, way down, right down, all the way up, loads more, tons more, hella, mega, ultra,
        much, a lot, lots, by a lot, a whole lot, a good deal, markedly, tremendously, heaps, loads,
        quite strongly, well, very, really, strongly, strong, heavily, heavy, far, way, significantly,
        considerably, substantially, a great deal, lots of, plenty of, a lot of, big, big time,
        super, so much, intense, intensely, very much, greatly, loads of, deeply, hard, bold,
        boldly, tons of, high, quite a bit, quite a lot
    """,
    2.2: """
        extremely, drastically, to the max, as much as possible, to the extreme, super strongly,
        dramatically, massively, hugely, extreme, enormously, incredibly,
        insanely, radically, vastly
    """,
}
_A_LITTLE_MORE = "a bit of, a little of, a touch of, a hint of, a dash of, a pinch of, a little bit of"
_WHOLE = "completely, totally, fully, entirely, full, pure, complete, classic, proper, straight"

_TIMES: dict[float, str] = {
    0.5: "half, halve, halved",
    2.0: "twice, double, doubled, two times",
    3.0: "triple, three times",
}

_NUMBER_WORDS = ["ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


_LOOKS = frozenset(EFFECTS) - {"remove", "enhance", "balance", "cutout@background", "blur@faces"}
_LOOK_ENDINGS = listed(
    """
    look, feel, vibe, vibes, style, effect, grade, grading, glow, lighting, light, tones, tone, treatment,
    finish, aesthetic, filter, mood, atmosphere, ambience, ambiance, version, rendering, rendition, drawing,
    illustration, art, artwork, picture, image, photo, scene, colours, colors, palette, painting, print
    """
)
"""What may stand behind the name of an effect without changing it: "a cinematic grade"."""


def _scales() -> Iterator[tuple[str, Sense]]:
    for (scale, sign), forms in QUALITIES.items():
        for form, words in zip(Form, forms, strict=True):
            for phrase in listed(words):
                yield phrase, Sense(Kind.QUALITY, scale, sign, form=form)
    for (scale, sign), words in PROPERTIES.items():
        for phrase in listed(words):
            if phrase not in ("light", "pop"):  # said as qualities too; the grammar tells them apart
                yield phrase, Sense(Kind.PROPERTY, scale, sign)
    for zone, words in ZONES.items():
        yield from ((phrase, Sense(Kind.ZONE, zone)) for phrase in listed(words))


def _effects() -> Iterator[tuple[str, Sense]]:
    for operation, words in EFFECTS.items():
        for phrase in listed(words):
            yield phrase, Sense(Kind.EFFECT, operation)
            if operation in _LOOKS:
                yield from ((f"{phrase} {end}", Sense(Kind.EFFECT, operation)) for end in _LOOK_ENDINGS)


def _colors() -> Iterator[tuple[str, Sense]]:
    for color in COLORS:
        yield color, Sense(Kind.COLOR, color)
    for word, color in DERIVED_COLORS.items():
        yield word, Sense(Kind.COLORISH, color)
    for shade in COLOR_LIGHTNESS_WORDS:
        for color in COLORS:
            yield f"{shade} {color}", Sense(Kind.COLOR, f"{shade} {color}")


def _degrees() -> Iterator[tuple[str, Sense]]:
    for factor, words in _DEGREES.items():
        yield from ((phrase, Sense(Kind.DEGREE, amount=factor)) for phrase in listed(words))
    yield from ((phrase, Sense(Kind.DEGREE, "whole")) for phrase in listed(_WHOLE))
    yield from ((phrase, Sense(Kind.MORE, amount=0.5)) for phrase in listed(_A_LITTLE_MORE))
    for times, words in _TIMES.items():
        yield from ((phrase, Sense(Kind.TIMES, amount=times)) for phrase in listed(words))
    for place, word in enumerate(_NUMBER_WORDS, 1):
        yield word, Sense(Kind.NUMBER, amount=10.0 * place)


def _things() -> Iterator[tuple[str, Sense]]:
    yield from ((noun, Sense(Kind.NOUN, noun)) for noun in (*listed(NOUNS), *REGION_OF))
    for sort, words in BEYOND.items():
        yield from ((phrase, Sense(Kind.CANNOT, sort)) for phrase in listed(words))


def _plain_words() -> Iterator[tuple[str, Sense]]:
    for kind, words in _PLAIN_WORDS.items():
        yield from ((phrase, Sense(kind)) for phrase in listed(words))


def _lexicon() -> Lexicon:
    """Later entries win: a word that is both a thing and a scale is a scale."""
    phrases: dict[str, Sense] = {}
    for words in (
        _things(),
        _plain_words(),
        _colors(),
        _degrees(),
        _scales(),
        _effects(),
        styles(),
        WHOLE_PHRASES.items(),
    ):
        phrases.update(words)
    return Lexicon(phrases, lookalikes=LOOKALIKES)


ENGLISH = _lexicon()
