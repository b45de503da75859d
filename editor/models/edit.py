"""One request to change one picture. The row is the truth; a Celery message only rings.

The moves between states are drawn, and made, in `editor.edits` alone.
"""

from datetime import datetime
from typing import TYPE_CHECKING, cast

from django.db import models
from django.urls import reverse
from django.utils import timezone

from freeai.common import ids
from freeai.common.sentence_field import SentenceField

if TYPE_CHECKING:  # a web process need not load the codecs to know the rows
    from accounts.models import Owner
    from editor.imaging.encoding import OutputFormat


def new_edit_id() -> str:
    return ids.new("edit")


class EditQuerySet(models.QuerySet["Edit"]):
    def visible_to(self, owner: "Owner") -> "EditQuerySet":
        """Edits this owner may see: their own, unless deleted."""
        return self.filter(owner=owner, deleted_at=None)

    def older_than(self, edit: "Edit | None") -> "EditQuerySet":
        """Edits that come after this one in `newest_first`; all of them for None."""
        if edit is None:
            return self
        same_moment = models.Q(created_at=edit.created_at, id__lt=edit.pk)
        return self.filter(models.Q(created_at__lt=edit.created_at) | same_moment)

    def newest_first(self) -> "EditQuerySet":
        return self.order_by("-created_at", "-id")


class Edit(models.Model):
    """What was asked, how far it is, what came of it and until when it is kept."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        REFUSED = "refused"
        CANCELED = "canceled"

    class Rank(models.IntegerChoices):
        """The class an edit waits in; a lower one goes first (DESIGN §3)."""

        INTERACTIVE = 0
        API = 1
        BATCH = 2

    ACTIVE = (Status.QUEUED, Status.RUNNING)

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_edit_id, editable=False)
    request_id = models.CharField(max_length=ids.LENGTH_MAX, db_index=True)
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="edits")
    api_key = models.ForeignKey("accounts.ApiKey", null=True, on_delete=models.SET_NULL, related_name="edits")
    source = models.ForeignKey("editor.Source", on_delete=models.PROTECT, related_name="edits")

    model = models.CharField(max_length=40)
    engine = models.CharField(max_length=40)
    prompt = models.TextField()
    negative_prompt = models.TextField(blank=True)
    quality = models.CharField(max_length=6)
    seed = models.PositiveBigIntegerField()
    preserve = models.FloatField(default=0.5)
    thinking = models.BooleanField(null=True)
    has_mask = models.BooleanField(default=False)
    own_watermark = models.BooleanField(default=False)
    asked_format_name = models.CharField(max_length=4, blank=True)
    output_format_name = models.CharField(max_length=4)
    rank = models.PositiveSmallIntegerField(choices=Rank.choices, default=Rank.INTERACTIVE)
    price_tokens = models.PositiveIntegerField()
    hold = models.OneToOneField("billing.Hold", null=True, on_delete=models.PROTECT, related_name="+")
    plan = models.TextField(blank=True)
    is_cleared = models.BooleanField(default=False)
    """A moderator has decided that the gates were wrong about this wish."""
    batch = models.ForeignKey(
        "editor.Batch", null=True, on_delete=models.SET_NULL, related_name="edits", db_index=False
    )
    is_favourite = models.BooleanField(default=False)

    status = models.CharField(max_length=9, choices=Status.choices, default=Status.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.ForeignKey("editor.Worker", null=True, on_delete=models.SET_NULL, related_name="edits")
    lease_until = models.DateTimeField(null=True)
    cancel_requested = models.BooleanField(default=False)
    error_code = models.CharField(max_length=40, blank=True)
    error_message = SentenceField(blank=True)

    phase = models.CharField(max_length=10, blank=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    preview_version = models.PositiveIntegerField(default=0)

    changed = models.FloatField(null=True)
    outside_max_diff = models.PositiveSmallIntegerField(null=True)
    reasoning = models.JSONField(default=dict)
    result_bytes = models.PositiveIntegerField(null=True)
    engine_ms = models.PositiveIntegerField(default=0)

    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    purged_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = EditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                name="edit_history",
                fields=["owner", "-created_at", "-id"],
                condition=models.Q(deleted_at=None),
            ),
            models.Index(
                name="edit_waiting",
                fields=["engine", "owner", "rank", "queued_at"],
                condition=models.Q(status="queued"),
            ),
            models.Index(name="edit_leased", fields=["lease_until"], condition=models.Q(status="running")),
            models.Index(name="edit_with_bytes", fields=["expires_at"], condition=models.Q(purged_at=None)),
            models.Index(name="edit_recent", fields=["engine", "finished_at"]),
            # The history shows a batch as one row: its edits must not be walked through on the way.
            models.Index(
                name="edit_singles",
                fields=["owner", "-created_at", "-id"],
                condition=models.Q(deleted_at=None, batch=None),
            ),
            models.Index(
                name="edit_favourites",
                fields=["owner", "-created_at", "-id"],
                condition=models.Q(deleted_at=None, is_favourite=True),
            ),
            models.Index(
                name="edit_of_batch",
                fields=["batch", "-created_at", "-id"],
                condition=models.Q(batch__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="edit_status_known",
                condition=models.Q(
                    status__in=["queued", "running", "succeeded", "failed", "refused", "canceled"]
                ),
            ),
            models.CheckConstraint(
                name="edit_runs_under_a_lease",
                condition=~models.Q(status="running") | models.Q(lease_until__isnull=False, attempt__gte=1),
            ),
            models.CheckConstraint(
                name="edit_preserve_is_a_share",
                condition=models.Q(preserve__gte=0, preserve__lte=1),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("edit", args=[self.pk])

    @property
    def thoughts(self) -> list[tuple[str, str]]:
        """What the model wrote for itself on the way, for a person to read; the plan is told elsewhere."""
        words = dict(self.reasoning)
        return [(name.replace("_", " "), str(text)) for name, text in words.items() if name != "plan"]

    @property
    def asked_format(self) -> "OutputFormat | None":
        """The output format the owner asked for; None = as the source."""
        return cast("OutputFormat", self.asked_format_name) if self.asked_format_name else None

    @property
    def output_format(self) -> "OutputFormat":
        """The format the result is in, or will be in unless it turns out transparent."""
        return cast("OutputFormat", self.output_format_name)

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def has_result(self) -> bool:
        """Whether the result's bytes may still be read."""
        return (
            self.status == self.Status.SUCCEEDED
            and self.purged_at is None
            and self.expires_at > timezone.now()
        )

    @property
    def mask_name(self) -> str:
        return f"masks/{self.pk}.png"

    @property
    def result_name(self) -> str:
        """Where this attempt keeps its result; each its own, so that none overwrites another's."""
        return f"results/{self.pk}-{self.attempt}.{self.output_format}"

    @property
    def thumbnail_name(self) -> str:
        return f"thumbnails/{self.pk}-{self.attempt}.jpg"

    def byte_names(self) -> list[str]:
        """Every name in storage that this edit may ever have written to."""
        names = [self.mask_name] if self.has_mask else []
        for attempt in range(1, self.attempt + 1):
            # A result that turned out transparent is a PNG, whatever was asked.
            names += [f"results/{self.pk}-{attempt}.{suffix}" for suffix in {self.output_format, "png"}]
            names.append(f"thumbnails/{self.pk}-{attempt}.jpg")
        return names

    @property
    def seconds_taken(self) -> float | None:
        """From asked to done, as the owner felt it."""
        finished: datetime | None = self.finished_at
        return (finished - self.created_at).total_seconds() if finished else None


class Preview(models.Model):
    """The picture of the moment while an edit runs, at most 384 px; gone when it ends.

    Kept in the database rather than in storage: it changes twice a second, must be seen
    from any machine, and leaves nothing behind.
    """

    edit = models.OneToOneField(Edit, primary_key=True, on_delete=models.CASCADE)
    jpeg = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)
