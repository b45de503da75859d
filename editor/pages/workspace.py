"""What the workspace template needs: a model, and an edit or a source if there is one."""

from typing import Any

from editor import catalogue, progress, workers
from editor.models import Edit, Source
from editor.pages.source_pages import as_json


def workspace(
    model: catalogue.Model, *, edit: Edit | None = None, source: Source | None = None, form: Any = None
) -> dict[str, Any]:
    """Return the template's context; `state` is what its script starts from."""
    shown = edit.source if edit else source
    is_open = shown is not None and shown.is_open
    served = workers.served_engines()
    return {
        "model": model,
        "models": [(one, one.engine in served) for one in catalogue.models()],
        "is_served": model.engine in served,
        "edit": edit,
        "source": shown,
        "source_is_open": is_open,
        "form": form,
        "state": {
            "edit": progress.snapshot([edit.pk])[edit.pk] if edit else None,
            "source": as_json(shown) if shown and is_open else None,
        },
    }
