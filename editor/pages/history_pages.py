"""The history tab: everything an owner made, found again, kept as favourite, or deleted together."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timesince import timeuntil
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts import owners
from accounts.models import Owner
from editor import batches, catalogue, retention
from editor import history as past
from editor.models import Batch, Edit
from editor.pages import answers, batch_grid
from freeai.common.errors import UserError
from freeai.common.language import told

BATCHES_LISTED = 30
COVERS = 4
STATUSES = (
    (Edit.Status.SUCCEEDED, gettext_lazy("Done")),
    (Edit.Status.QUEUED, gettext_lazy("Waiting")),
    (Edit.Status.RUNNING, gettext_lazy("Editing")),
    (Edit.Status.FAILED, gettext_lazy("Failed")),
    (Edit.Status.REFUSED, gettext_lazy("Refused")),
    (Edit.Status.CANCELED, gettext_lazy("Canceled")),
)


class SearchForm(forms.Form):
    """What is looked for. A value that means nothing here is as good as none."""

    q = forms.CharField(required=False, max_length=200)
    model = forms.CharField(required=False, max_length=40)
    status = forms.ChoiceField(choices=STATUSES, required=False)
    batch = forms.CharField(required=False, max_length=40)
    favourites = forms.BooleanField(required=False)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def asked(self) -> past.Asked:
        """Return the fields that are fit to be asked."""
        self.is_valid()
        known = self.cleaned_data
        since: date | None = known.get("since")
        return past.Asked(
            words=known.get("q", ""),
            model=known.get("model", ""),
            status=known.get("status", ""),
            batch=known.get("batch", ""),
            favourites=known.get("favourites", False),
            since=since,
            until=known.get("until"),
        )


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """The owner's edits, newest first; ?after= and ?before= turn the page."""
    owner = owners.find(request)
    form = SearchForm(request.GET)
    asked = form.asked()
    found = past.Page([])
    if owner is not None:
        after = past.Mark.read(request.GET.get("after", ""))
        before = None if after else past.Mark.read(request.GET.get("before", ""))
        found = past.page(owner, asked, after=after, before=before)
    context = {
        "tab": "history",
        "tiles": _tiles(found),
        "page": found,
        "asked": asked,
        "query": _query(asked),
        "here": request.get_full_path(),
        "models": catalogue.models(),
        "statuses": STATUSES,
        "batches": _batches(owner, asked),
        "span": past.SPAN,
        "told": _told(),
    }
    return render(request, "accounts/history.html", context)


@require_POST
def favourite(request: HttpRequest, edit_id: str) -> HttpResponseBase:
    """Make an edit a favourite, or one among others again."""
    edit = answers.edit_of(request, edit_id)
    Edit.objects.filter(pk=edit.pk).update(is_favourite=not edit.is_favourite)
    return redirect(_back(request) or edit.get_absolute_url())


@require_POST
def delete_many(request: HttpRequest) -> HttpResponseBase:
    """Delete the edits that were selected, with their pictures and words."""
    owner = answers.owner_of(request)
    chosen = Edit.objects.visible_to(owner).filter(pk__in=request.POST.getlist("edit")[: past.PAGE])
    deleted, kept = 0, ""
    for edit in chosen.select_related("source"):
        try:
            retention.delete(edit, owner)
        except UserError as refusal:
            kept = told(refusal.message)
        else:
            deleted += 1
    if deleted:
        words = ngettext(
            "%s edit is deleted, with its pictures.", "%s edits are deleted, with their pictures.", deleted
        )
        messages.success(request, words % deleted)
    elif not kept:
        messages.info(request, _("Select the edits to delete first."))
    if kept:
        messages.info(request, kept)
    return redirect(_back(request) or f"{reverse('account')}?tab=history")


def _tiles(found: past.Page) -> list[dict[str, Any]]:
    """Return what each tile shows; the counts of all batches on the page come from one query."""
    names = {model.slug: model.name for model in catalogue.models()}
    tallies = batches.tally([row.pk for row in found.rows if isinstance(row, Batch)])
    covers = _covers([row for row in found.rows if isinstance(row, Batch)])
    urls = _Urls.known()
    tiles: list[dict[str, Any]] = []
    for row in found.rows:
        tile: dict[str, Any] = {
            "model_name": names.get(row.model, row.model),
            "made_at": row.created_at.isoformat(timespec="seconds"),
            "made": date_format(row.created_at, "j M H:i"),
        }
        if isinstance(row, Batch):
            counts = tallies[row.pk]
            tile |= {"batch": row, "tally": counts, "headline": batch_grid.headline(counts)}
            tile["covers"] = covers.get(row.pk, [])
        else:
            tile |= {"edit": row, "has_result": row.has_result, "urls": urls.of(row.pk)}
            if row.has_result:
                tile["left"] = _("%(time)s left") % {"time": timeuntil(row.expires_at, depth=1)}
        tiles.append(tile)
    return tiles


@dataclass(frozen=True, slots=True)
class _Urls:
    """The addresses of one edit, from patterns: asking the resolver for each costs more than the rows."""

    page: str
    thumbnail: str
    status: str
    favourite: str
    delete: str

    @classmethod
    def known(cls) -> "_Urls":
        """Return the patterns, in which "ID" stands for the edit."""
        routes = ("edit", "edit-thumbnail", "edit-status", "edit-favourite", "edit-delete")
        return cls(*(reverse(route, args=["ID"]) for route in routes))

    def of(self, edit_id: str) -> dict[str, str]:
        """Return an edit's own."""
        return {field.name: getattr(self, field.name).replace("ID", edit_id) for field in fields(self)}


def _told() -> dict[str, str]:
    """Return the sentences that stand on every tile, looked up once."""
    return {
        "gone": _("Deleted as promised"),
        "words_left": _("Only the words are left"),
        "delete": _("The picture and these words are deleted at once. This cannot be undone."),
        "delete_button": _("Delete"),
    }


def _covers(rows: list[Batch]) -> dict[str, list[str]]:
    """Return a few edits of each batch whose pictures can be shown, in one query."""
    if not rows:
        return {}
    shown = Edit.objects.filter(
        batch=OuterRef("pk"),
        status=Edit.Status.SUCCEEDED,
        deleted_at=None,
        purged_at=None,
        expires_at__gt=timezone.now(),
    )
    newest = shown.order_by("-created_at", "-id").values("pk")
    each = {f"cover_{at}": Subquery(newest[at : at + 1]) for at in range(COVERS)}
    found = Batch.objects.filter(pk__in=[row.pk for row in rows]).annotate(**each).values_list("pk", *each)
    return {pk: [cover for cover in covers if cover] for pk, *covers in found}


def _batches(owner: Owner | None, asked: past.Asked) -> list[tuple[str, str]]:
    """Return the batches one may filter by, the one asked for among them."""
    if owner is None:
        return []
    mine = Batch.objects.visible_to(owner).filter(started_at__isnull=False)
    listed = {batch.pk: batch for batch in mine.newest_first()[:BATCHES_LISTED]}
    if asked.batch and asked.batch not in listed:
        listed |= {batch.pk: batch for batch in mine.filter(pk=asked.batch)}
    return [(batch.pk, batch.name or batch.prompt[:60] or batch.pk) for batch in listed.values()]


def _query(asked: past.Asked) -> str:
    """Return what is asked as the address has it, to be followed by a mark."""
    named = {
        "q": asked.words,
        "model": asked.model,
        "status": asked.status,
        "batch": asked.batch,
        "favourites": "1" if asked.favourites else "",
        "since": asked.since.isoformat() if asked.since else "",
        "until": asked.until.isoformat() if asked.until else "",
    }
    return urlencode({"tab": "history", **{name: value for name, value in named.items() if value}})


def _back(request: HttpRequest) -> str:
    """Return the page of ours that the form came from, "" if it names none."""
    there = request.POST.get("next", "")
    return there if url_has_allowed_host_and_scheme(there, allowed_hosts=None) else ""
