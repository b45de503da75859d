"""Moderation: owners and their edits, looked at with care, decided on in the open.

Nothing is changed in a form here: every action goes through `editor.moderation`, which writes
down who and why. Pictures are blurred until somebody uncovers them, and looking is written down too.
"""

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import ApiKey, Owner, User
from editor import moderation, review
from editor.models import Decision, Edit
from freeai.common.errors import FreeAIError

if TYPE_CHECKING:  # generic for the type checker only
    _Rows = admin.ModelAdmin[Any]
else:
    _Rows = admin.ModelAdmin


class ReadOnly(_Rows):
    """Shows rows and changes none."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_moderate_permission(self, request: HttpRequest) -> bool:
        """Whether this person may decide."""
        return request.user.has_perm("editor.moderate")


class Deciding(ReadOnly):
    """Rows with decisions on their own page: one reason, one button each."""

    change_form_template = "admin/decide.html"
    decisions: tuple[tuple[str, str], ...] = ()
    """(name of a function in `editor.moderation`, what its button says)."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_decide"
        decide = path("<path:object_id>/decide/", self.admin_site.admin_view(self.decide), name=name)
        return [decide, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        context = {
            "decisions": self.decisions if row and self.has_moderate_permission(request) else (),
            "past": self.past(row) if row else [],
            **(extra_context or {}),
        }
        return super().change_view(request, object_id, form_url, context)

    def past(self, row: Any) -> "QuerySet[Decision]":
        """Return what was decided about this row before."""
        raise NotImplementedError

    def decide(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Carry out one decision and come back."""
        row = self.get_object(request, object_id)
        if row is None or request.method != "POST":
            raise Http404
        if not self.has_moderate_permission(request):
            return HttpResponse(status=403)
        name = request.POST.get("decision", "")
        if name not in dict(self.decisions):
            raise Http404
        try:
            getattr(moderation, name)(row, by=request.user, reason=request.POST.get("reason", ""))
        except FreeAIError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{dict(self.decisions)[name]}: done.")
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[row.pk])
        return HttpResponseRedirect(address)


class WhyItEnded(admin.SimpleListFilter):
    """Edits by the code they ended with."""

    title = "why it ended"
    parameter_name = "code"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        codes = Edit.objects.exclude(error_code="").order_by("error_code")
        return [(code, code) for code in codes.values_list("error_code", flat=True).distinct()]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Edit]") -> "QuerySet[Edit]":
        return queryset.filter(error_code=self.value()) if self.value() else queryset


@admin.register(Owner)
class OwnerAdmin(Deciding):
    """Who they are, what they made, what was decided about them."""

    list_display = ("id", "login", "block", "edit_count", "refused_count", "created_at")
    list_filter = ("block", "created_at")
    search_fields = ("=id", "user__email")
    list_select_related = ("user",)
    fields = ("id", "login", "block", "blocked_at", "created_at", "merged_into", "edits_link", "books_link")
    readonly_fields = fields
    decisions = (("suspend", "Suspend"), ("ban", "Ban"), ("lift", "Lift the block"))

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Owner]":
        refused = Count("edits", filter=Q(edits__status="refused"))
        owners: QuerySet[Owner] = super().get_queryset(request)
        return owners.annotate(made=Count("edits"), refused=refused)

    def past(self, row: Owner) -> "QuerySet[Decision]":
        return row.decisions.select_related("by").order_by("-created_at")[:50]

    @admin.display(description="Login")
    def login(self, owner: Owner) -> str:
        return owner.user.email if owner.user else "visitor"

    @admin.display(description="Edits", ordering="made")
    def edit_count(self, owner: Any) -> int:
        return int(owner.made)

    @admin.display(description="Refused", ordering="refused")
    def refused_count(self, owner: Any) -> int:
        return int(owner.refused)

    @admin.display(description="Edits")
    def edits_link(self, owner: Owner) -> SafeString:
        return _listed("editor_edit", f"owner__id__exact={owner.pk}", "All edits of this owner")

    @admin.display(description="Books")
    def books_link(self, owner: Owner) -> SafeString:
        return _listed("billing_transfer", f"q={owner.pk}", "Every movement of their tokens")


@admin.register(Edit)
class EditAdmin(Deciding):
    """One edit: the wish, what came of it, and the pictures while they exist."""

    list_display = ("id", "status", "error_code", "model", "owner", "created_at")
    list_filter = ("status", WhyItEnded, "model", "created_at")
    search_fields = ("=id", "=request_id", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)
    fields = (
        "id", "owner", "model", "prompt", "status", "error_code", "error_message",
        "created_at", "finished_at", "expires_at", "pictures",
    )  # fmt: skip
    readonly_fields = fields
    decisions = (
        ("uphold", "Uphold the refusal"),
        ("dismiss", "Dismiss the report or flag"),
        ("overturn", "Overturn: run it again for free"),
        ("take_down", "Take down"),
    )

    class Media:
        css = {"all": ["css/admin.css"]}
        js = ["js/admin.js"]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup == "owner__id__exact" or super().lookup_allowed(lookup, value, request)

    def past(self, row: Edit) -> "QuerySet[Decision]":
        return row.decisions.select_related("by").order_by("-created_at")[:50]

    def get_urls(self) -> list[URLPattern]:
        picture = path(
            "<path:object_id>/picture/<slug:which>/",
            self.admin_site.admin_view(self.picture),
            name="editor_edit_picture",
        )
        queue = path("review/", self.admin_site.admin_view(self.review), name="review")
        return [queue, picture, *super().get_urls()]

    def review(self, request: HttpRequest) -> HttpResponseBase:
        """Show what waits for a decision."""
        if not self.has_moderate_permission(request):
            return HttpResponse(status=403)
        context = {**self.admin_site.each_context(request), "title": "Review", "cases": review.open_cases()}
        return render(request, "admin/review.html", context)

    @admin.display(description="Pictures")
    def pictures(self, edit: Edit) -> SafeString:
        shown = [
            ("source", "The picture before", edit.source.is_open),
            ("result", "The result", edit.has_result),
        ]
        parts = [
            format_html(
                '<button type="button" class="covered" data-picture="{}">{}</button>',
                reverse("admin:editor_edit_picture", args=[edit.pk, which]),
                words,
            )
            for which, words, is_there in shown
            if is_there
        ]
        return SafeString("".join(parts)) or SafeString("Deleted")

    def picture(self, request: HttpRequest, object_id: str, which: str) -> HttpResponseBase:
        """Send one picture to somebody who may decide; that they looked is written down."""
        edit = self.get_object(request, object_id)
        if edit is None or not self.has_moderate_permission(request):
            raise Http404
        assert isinstance(request.user, User)
        if which == "source" and edit.source.is_open:
            name, kind = edit.source.file_name, edit.source.media_type
        elif which == "result" and edit.has_result:
            name, kind = edit.result_name, f"image/{edit.output_format}"
        else:
            raise Http404
        moderation.looked(edit, by=request.user)
        with default_storage.open(name) as file:
            answer = HttpResponse(file.read(), content_type=kind)
        answer["Cache-Control"] = "private, no-store"
        return answer


@admin.register(Decision)
class DecisionAdmin(ReadOnly):
    """Everything that moderators did."""

    list_display = ("created_at", "kind", "by", "owner", "edit", "reason")
    list_filter = ("kind", "created_at")
    search_fields = ("=owner__id", "=edit__id", "by__email", "owner__user__email")
    list_select_related = ("by", "owner", "edit")


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnly):
    """Keys by their start; the secret is nowhere."""

    list_display = ("start", "owner", "name", "is_test", "created_at", "last_used_at", "revoked_at")
    search_fields = ("=id", "=prefix", "=owner__id", "owner__user__email")
    list_select_related = ("owner",)
    exclude = ("secret_hash",)


for foreign in (
    Authenticator,
    EmailAddress,
    UserSession,
):  # the libraries' own rows: secrets, and nothing to decide
    admin.site.unregister(foreign)


def _listed(table: str, query: str, words: str) -> SafeString:
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{table}_changelist"), query, words)
