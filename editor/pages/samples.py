"""What the front page shows: one picture, and what FreeAI Lite made of it by a few words.

The pictures lie in static/img/sample/ and are made by docs/sample_pictures.py: nothing is retouched.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ENGINE = "freeai-lite"
"""Whose work they are: no other model's page shows them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One result of the sample picture, under the name of its file."""

    name: str
    wish: str | Promise

    @property
    def picture(self) -> str:
        """The static file's name."""
        return f"img/sample/{self.name}.webp"

    @property
    def full_picture(self) -> str:
        """A larger one, to stand beside the sample itself; only the first one has it."""
        return f"img/sample/{self.name}-full.webp"


SAMPLES = (
    Sample("pencil", _("Pencil sketch")),
    Sample("golden-hour", _("Golden hour light")),
    Sample("van-gogh", _("In the style of Van Gogh")),
    Sample("watercolour", _("Watercolour painting")),
    Sample("black-and-white", _("Black and white")),
    Sample("monet", _("In the style of Monet")),
)
"""The first one stands beside the sample itself, large."""
