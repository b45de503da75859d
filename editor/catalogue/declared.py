"""The models that come with FreeAI, in the order they are shown (DESIGN §5 and §7).

Every sentence is a promise: what stands here must be true of the code, the settings'
defaults or the makers' own words.
"""

from django.utils.translation import gettext_noop as _

from editor.catalogue.model import Model

_APACHE = "https://www.apache.org/licenses/LICENSE-2.0"

_LITE = Model(
    slug="freeai-lite",
    name="FreeAI Lite",
    engine="freeai-lite",
    aliases=("lite",),
    maker="FreeAI",
    licence="Apache-2.0",
    licence_url=_APACHE,
    summary=_("Light, colour, detail and style by plain words. Runs on any computer, in about a second."),
    prices={"low": 100, "medium": 100, "high": 100},
    has_qualities=False,
    pairs_with="step1x-edit",
    strengths=(
        _("Understands plain words in English, German, Spanish and Chinese"),
        _("Works on this computer, without a graphics card and without the internet"),
        _("Keeps every detail at full resolution"),
        _("Says so at once when a wish is beyond it, and charges nothing"),
    ),
    weaknesses=(
        _("Cannot add new things or replace what is in the picture"),
        _("May miss parts of a subject it cuts out; a mask is exact"),
    ),
    examples=(_("Warmer and a bit brighter"), _("Golden hour light"), _("Watercolour painting")),
    faq=(
        (
            _("What can I ask for?"),
            _(
                "Brighter, darker, warmer, cooler, more or less contrast and colour, sharper, less noise, film and "
                "print looks, drawings and paintings, a blurred background, and under a mask: take away, recolour, "
                "blur. Several wishes fit in one sentence, with how much: “a bit”, “much”, “by 30 %”."
            ),
        ),
        (
            _("What if it does not understand me?"),
            _(
                "It says so before anything is charged and names what it can do. While you type, the page shows "
                "what it has understood."
            ),
        ),
        (
            _("May I sell what it makes?"),
            _("Yes. The program is under the Apache licence, which claims nothing about your pictures."),
        ),
    ),
)

_STEP1X = Model(
    slug="step1x-edit",
    name="Step1X-Edit v1p2",
    engine="step1x-edit",
    aliases=("step1x", "step1x-edit-v1p2"),
    maker="StepFun",
    licence="Apache-2.0",
    licence_url=_APACHE,
    summary=_("Thinks about your wish, edits, then checks its own work. Needs a graphics card."),
    prices={"low": 250, "medium": 500, "high": 1000},
    needs_gpu=True,
    can_think=True,
    pairs_with="freeai-lite",
    strengths=(
        _("Adds, removes and replaces things"),
        _("Changes season, time of day, material and style"),
        _("Rewrites a short wish into an exact one, looks at its result and tries again if it fell short"),
    ),
    weaknesses=(
        _("Takes up to some minutes, depending on the card"),
        _("Small writing and faces in a crowd may change; a mask keeps what must stay"),
    ),
    examples=(
        _("Make it snow"),
        _("Replace the sky with a sunset"),
        _("Remove the people in the background"),
    ),
    faq=(
        (
            _("What do the qualities mean?"),
            _(
                "High takes 50 steps and thinks: it rewrites your wish, looks at what came out and tries up to two "
                "more times. Medium takes 28 steps without thinking, Quick takes 12."
            ),
        ),
        (
            _("Does it work at my picture's full size?"),
            _(
                "It paints at about one megapixel. Everything it left alone gets your picture's own detail back, so "
                "only what changed is painted anew."
            ),
        ),
        (
            _("May I sell what it makes?"),
            _(
                "StepFun publishes the model under the Apache licence, which claims nothing about your pictures. "
                "Whoever runs this server is asked to have the licence of one part, the VAE, checked; its notes say why."
            ),
        ),
    ),
)

_QWEN = Model(
    slug="qwen-image-edit",
    name="Qwen-Image-Edit",
    engine="qwen-image-edit",
    aliases=("qwen",),
    maker="Alibaba Qwen",
    licence="Apache-2.0",
    licence_url=_APACHE,
    summary=_("Strong with words in pictures. Needs a graphics card."),
    prices={"low": 150, "medium": 300, "high": 500},
    needs_gpu=True,
    pairs_with="freeai-lite",
    strengths=(_("Changes words in signs and posters"), _("Turns and re-poses objects")),
    weaknesses=(_("Needs a worker with a graphics card"),),
    examples=(_("Change the sign to say OPEN"),),
)

DECLARED = (_LITE, _STEP1X, _QWEN)
