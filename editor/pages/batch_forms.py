"""Forms of a batch: several files, one wish, and a list of prompts."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from editor import batch_files


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """As many files as were chosen; a cleaned list, empty if none was."""

    widget = ManyFilesInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        return [super(ManyFilesField, self).clean(one, initial) for one in data or []]


class FilesForm(forms.Form):
    """One file by script, with its path and true size; many without. No file: it was too large to send."""

    image = ManyFilesField(required=False, allow_empty_file=True, max_length=1000)
    name = forms.CharField(max_length=2000, required=False)
    bytes = forms.IntegerField(min_value=0, max_value=2**53, required=False)


class DraftForm(forms.Form):
    """What a new batch is called, and how many files are about to come."""

    folder = forms.CharField(max_length=1000, required=False)
    announced = forms.IntegerField(min_value=0, max_value=1_000_000, required=False)


class BatchWishForm(forms.Form):
    """One wish for all files that have none of their own."""

    prompt = forms.CharField(max_length=10_000, strip=True, required=False)
    model = forms.CharField(max_length=60, required=False)
    quality = forms.ChoiceField(
        choices=[(name, name) for name in ("auto", "high", "medium", "low")], required=False
    )
    part = forms.ChoiceField(choices=[("all", "all"), ("affordable", "affordable")], required=False)

    def wish(self) -> dict[str, str]:
        """Return the fields as `batches.keep_wish` wants them."""
        data = self.cleaned_data
        return {"prompt": data["prompt"], "model": data["model"], "quality": data["quality"]}


class PromptsForm(forms.Form):
    """A list of prompts, pasted or as a file."""

    text = forms.CharField(required=False, max_length=batch_files.PROMPTS_CHARACTERS_MAX)
    file = forms.FileField(required=False, allow_empty_file=True, max_length=1000)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file:
            data = file.read(4 * batch_files.PROMPTS_CHARACTERS_MAX + 1)
            try:
                cleaned["text"] = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", _("Save the list as UTF-8 text and try again."))
        return cleaned
