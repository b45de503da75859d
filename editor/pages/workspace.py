"""What the workspace template needs: a model, and an edit or a source if there is one."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Owner
from billing import pricing, purses
from editor import appeals, catalogue, progress, shares, workers
from editor.gates import DECLARATION
from editor.models import Appeal, Edit, Source
from editor.pages import samples
from editor.pages.source_pages import as_json

THINKING = [("", _("As the quality says")), ("yes", _("Always")), ("no", _("Never"))]
QUALITIES = [("auto", _("Best")), ("high", _("High")), ("medium", _("Medium")), ("low", _("Quick"))]
FORMATS = [("", _("As sent")), ("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WebP")]

_STAGES = {Edit.Status.QUEUED: "waiting", Edit.Status.RUNNING: "working", Edit.Status.SUCCEEDED: "done"}


def workspace(
    model: catalogue.Model,
    *,
    owner: Owner | None,
    edit: Edit | None = None,
    source: Source | None = None,
    form: Any = None,
) -> dict[str, Any]:
    """Return the template's context; `state` is what its script starts from."""
    shown = edit.source if edit else source
    is_open = shown is not None and shown.is_open
    served = workers.served_engines()
    models = [(one, one.engine in served) for one in catalogue.models()]
    wished = wish(edit, form)
    return {
        "model": model,
        "models": models,
        "is_served": model.engine in served,
        "ready_model": next((one for one, is_ready in models if is_ready and one != model), None),
        "edit": edit,
        "share": shares.of_edit(edit) if edit and edit.has_result else None,
        "source": shown,
        "source_is_open": is_open,
        "stage": stage(edit, is_open=is_open),
        "sample": samples.SAMPLES[0] if model.engine == samples.ENGINE else None,
        "form": form,
        **refusal(edit),
        "wish": wished,
        "price": pricing.quote(_unit_tokens(model, wished)),
        "balance": purses.balance(owner),
        "qualities": QUALITIES,
        "thinkings": THINKING,
        "formats": FORMATS,
        "state": {
            "edit": progress.snapshot([edit.pk])[edit.pk] if edit else None,
            "source": as_json(shown) if shown and is_open else None,
        },
    }


def _unit_tokens(model: catalogue.Model, wished: dict[str, str]) -> int:
    return model.unit_tokens(model.quality(wished["quality"]), thinking=wished["thinking"] == "yes")


def stage(edit: Edit | None, *, is_open: bool) -> str:
    """Return which face of the workspace to show: one word that its style sheet knows."""
    if edit is None:
        return "ready" if is_open else "empty"
    if edit.is_active:
        return _STAGES[Edit.Status(edit.status)]
    if not is_open or (edit.status == Edit.Status.SUCCEEDED and not edit.has_result):
        return "expired"
    return _STAGES.get(Edit.Status(edit.status), edit.status)


def refusal(edit: Edit | None) -> dict[str, Any]:
    """Return what the owner of a refused edit may do about it, or has done."""
    if edit is None or edit.status != Edit.Status.REFUSED:
        return {}
    return {
        "may_appeal": appeals.may_appeal(edit),
        "appeal": Appeal.objects.filter(edit=edit).first(),
        "may_declare": edit.error_code == "watermark_removal" and not edit.own_watermark,
        "declaration": DECLARATION,
        "appeal_days": settings.APPEAL_WINDOW.days,
    }


def wish(edit: Edit | None, form: Any) -> dict[str, str]:
    """Return what the form's fields start from: what was typed, or what was asked, or nothing."""
    if form is not None and form.is_bound:
        return {name: form.data.get(name, "") for name in form.fields} | {
            "preserve": form.data.get("preserve") or "0.5",
            "quality": form.data.get("quality") or "auto",
        }
    if edit is not None:
        return {
            "prompt": edit.prompt,
            "preserve": str(edit.preserve),
            "quality": edit.quality,
            "output_format": edit.asked_format_name,
            "seed": "",
            "thinking": {True: "yes", False: "no", None: ""}[edit.thinking],
        }
    fields = {"preserve": "0.5", "quality": "auto"}
    return dict.fromkeys(("prompt", "output_format", "seed", "thinking"), "") | fields
