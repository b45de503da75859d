"""The mask editor: the workspace with tools to paint where the picture may change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts import owners
from editor import catalogue, sources
from editor.models import Edit, Source
from editor.pages import answers
from editor.pages.workspace import workspace
from freeai.common.errors import NotFound

VERSIONS_MAX = 24
"""As many versions of a picture as the strip shows, the newest ones."""

TOOLS = [
    ("brush", "brush", "B", _("Brush")),
    ("eraser", "eraser", "E", _("Eraser")),
    ("rectangle", "rectangle", "R", _("Rectangle")),
    ("lasso", "lasso", "L", _("Lasso")),
    ("fill", "fill", "F", _("Fill")),
    ("object", "wand", "O", _("Object")),
    ("hand", "hand", "H", _("Hand")),
]
"""Each tool's value, icon, key and name; `static/js/mask/tools.js` has the tools themselves."""

KEYS = [
    (
        _("Tools"),
        [(key, name) for _value, _icon, key, name in TOOLS],
    ),
    (
        _("Brush and mask"),
        [
            ("[  ]", _("Smaller, larger brush")),
            ("{  }", _("Harder, softer brush")),
            ("I", _("Invert the mask")),
            ("Del", _("Clear the mask")),
            ("Q", _("Show or hide the mask")),
            ("Ctrl Z", _("Undo")),
            ("Ctrl Shift Z", _("Redo")),
        ],
    ),
    (
        _("Picture"),
        [
            ("+  −", _("Zoom in, out")),
            ("0", _("Fit")),
            ("1", _("100 %")),
            ("Space", _("Hold and drag to move")),
            ("Ctrl Enter", _("Edit image")),
        ],
    ),
    (
        _("Without a mouse"),
        [
            ("Arrows", _("Lead the tool")),
            ("Shift Arrow", _("... in large steps")),
            ("Ctrl Arrow", _("... by one pixel")),
            ("Enter", _("Put the tool down, lift it")),
            ("Space", _("The same, while held")),
            ("Esc", _("Take the stroke back")),
        ],
    ),
]


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The editor around an edit (?edit=), a picture (?source=) or nothing yet; ?model= picks the model."""
    owner = owners.find(request)
    edit = answers.edit_of(request, request.GET["edit"]) if "edit" in request.GET else None
    source = None if edit else _source_asked_for(request)
    context = workspace(_model(request, edit), owner=owner, edit=edit, source=source)
    context["versions"] = _versions(context["source"])
    context |= {"section": "mask-editor", "mask_tools": TOOLS, "mask_keys": KEYS}
    return render(request, "editor/mask_editor.html", context)


def _model(request: HttpRequest, edit: Edit | None) -> catalogue.Model:
    if edit is not None:
        return catalogue.known(edit.model)
    try:
        return catalogue.find(request.GET.get("model", ""))
    except catalogue.ModelNotFound:
        return catalogue.default()


def _source_asked_for(request: HttpRequest) -> Source | None:
    try:
        return sources.find(request.GET.get("source", ""), owners.find(request))
    except NotFound:
        return None


def _versions(source: Source | None) -> list[Source]:
    """Return the line of versions that a picture belongs to; empty if it is the only one."""
    if source is None:
        return []
    line = Source.objects.visible_to(source.owner).versions_of(source).select_related("continues")
    found = list(line.reverse()[:VERSIONS_MAX])[::-1]
    return found if len(found) > 1 else []
