"""Forms of the pages: they check form (types, ranges); meaning is checked at the one door."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from editor.appeals import REASON_CHARACTERS_MAX
from editor.imaging.pixels import Plane
from editor.submission import SEED_MAX, Wish


class WishForm(forms.Form):
    """What a person wants done to a source."""

    prompt = forms.CharField(
        max_length=10_000,
        strip=True,
        error_messages={"required": _("Say in a few words what should change.")},
    )
    model = forms.CharField(max_length=60, required=False)
    quality = forms.ChoiceField(
        choices=[(name, name) for name in ("auto", "high", "medium", "low")], required=False
    )
    seed = forms.IntegerField(min_value=0, max_value=SEED_MAX, required=False)
    preserve = forms.FloatField(min_value=0, max_value=1, required=False)
    output_format = forms.ChoiceField(
        choices=[(name, name) for name in ("png", "jpeg", "webp")], required=False
    )

    own_watermark = forms.BooleanField(required=False)
    thinking = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")], required=False)
    mask = forms.FileField(required=False, allow_empty_file=True, max_length=1000)

    def wish(self, *, network: str, mask: Plane | None = None) -> Wish:
        """Return the cleaned fields as the one door wants them; the mask was read beside its source."""
        data: dict[str, Any] = self.cleaned_data
        preserve = data["preserve"]
        return Wish(
            prompt=data["prompt"],
            model=data["model"],
            quality=data["quality"] or "auto",
            seed=data["seed"],
            preserve=0.5 if preserve is None else preserve,
            output_format=data["output_format"] or None,
            own_watermark=data["own_watermark"],
            thinking={"yes": True, "no": False}.get(data["thinking"]),
            mask=mask,
            network=network,
        )


class UploadForm(forms.Form):
    """A picture from a disk, a clipboard or a camera."""

    image = forms.FileField(
        allow_empty_file=True,
        error_messages={"required": _("Choose a picture first.")},
        max_length=1000,
    )


class PointForm(forms.Form):
    """A point in a picture, in its pixels."""

    x = forms.IntegerField(min_value=0, max_value=100_000)
    y = forms.IntegerField(min_value=0, max_value=100_000)


class EditForm(WishForm):
    """Picture and wish at once, for browsers without JavaScript; `source` if one is there already."""

    image = forms.FileField(required=False, allow_empty_file=True, max_length=1000)
    source = forms.CharField(max_length=40, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("image") and not cleaned.get("source"):
            self.add_error("image", _("Choose a picture first."))
        return cleaned


def bytes_max() -> int:
    """Return how many bytes of a picture are worth reading."""
    return settings.SOURCE_BYTES_MAX + 1


class AppealForm(forms.Form):
    """Why a refusal is wrong, and whether the picture may be kept for the person who looks."""

    reason = forms.CharField(max_length=REASON_CHARACTERS_MAX, required=False, strip=True)
    keeps_source = forms.BooleanField(required=False)


def batch_files_max() -> int:
    """Return how many files a batch holds."""
    return settings.BATCH_FILES_MAX
