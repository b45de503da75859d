"""A batch: edits from one folder upload, and the files it is made of.

    file:  ready → due → submitted        due: asked for, its edit not written yet
             ▴       │        │
             └───────┘        └→ due       tried again: the file gets a new edit
           refused                        on arrival, or at the one door; says why

A batch is a draft until it is started. It has no state of its own beyond that: how far it
is follows from its files and their edits. The moves are made in `editor.batches` alone.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils import timezone

from editor.models.edit import Edit
from editor.models.source import Source
from freeai.common import ids
from freeai.common.sentence_field import SentenceField

if TYPE_CHECKING:
    from accounts.models import Owner

NAME_MAX = 300


def new_batch_id() -> str:
    return ids.new("batch")


def new_file_id() -> str:
    return ids.new("file")


class BatchQuerySet(models.QuerySet["Batch"]):
    def visible_to(self, owner: "Owner") -> "BatchQuerySet":
        """Batches this owner may see: their own, unless deleted."""
        return self.filter(owner=owner, deleted_at=None)

    def newest_first(self) -> "BatchQuerySet":
        return self.order_by("-created_at", "-id")


class Batch(models.Model):
    """One folder, one prompt (or one per file), one model."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_batch_id, editable=False)
    owner = models.ForeignKey("accounts.Owner", on_delete=models.PROTECT, related_name="batches")
    name = models.CharField(max_length=120, blank=True)
    prompt = models.TextField(blank=True)
    model = models.CharField(max_length=40, blank=True)
    quality = models.CharField(max_length=6, blank=True)
    prompts = models.JSONField(default=dict, blank=True)
    """File name → its own prompt, as the CSV had it; names may match no file (yet)."""
    announced_files = models.PositiveIntegerField(default=0)
    """How many files the browser was going to send: what a reload needs to say what is missing."""
    note = SentenceField(blank=True)
    """Why files that are asked for do not go on, in words for the owner."""
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "batches"
        indexes = [
            models.Index(
                name="batch_history",
                fields=["owner", "-created_at", "-id"],
                condition=models.Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.pk

    def get_absolute_url(self) -> str:
        return reverse("batch", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.started_at is None

    @property
    def expires_at(self) -> datetime:
        """When the first pictures of a draft are deleted, if they came with it."""
        return self.created_at + self.owner.window


class BatchFile(models.Model):
    """One file of the folder: its Source and its newest edit, or why there is none."""

    class State(models.TextChoices):
        READY = "ready"
        DUE = "due"
        SUBMITTED = "submitted"
        REFUSED = "refused"

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_file_id, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=NAME_MAX)
    """Its path inside the folder, with slashes."""
    sent_bytes = models.PositiveBigIntegerField()
    """Its size as the browser saw it; with the name it tells a file sent again from a new one."""
    state = models.CharField(max_length=9, choices=State.choices, default=State.READY)
    source = models.ForeignKey(
        Source, null=True, blank=True, on_delete=models.PROTECT, related_name="batch_files"
    )
    edit = models.OneToOneField(Edit, null=True, blank=True, on_delete=models.PROTECT, related_name="file")
    reason_code = models.CharField(max_length=40, blank=True)
    reason = SentenceField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="batch_file_once", fields=["batch", "name"]),
            models.CheckConstraint(
                name="batch_file_state_known",
                condition=models.Q(state__in=["ready", "due", "submitted", "refused"]),
            ),
            models.CheckConstraint(
                name="batch_file_submitted_has_an_edit",
                condition=~models.Q(state="submitted") | models.Q(edit__isnull=False),
            ),
        ]
        indexes = [
            models.Index(name="batch_file_due", fields=["batch"], condition=models.Q(state="due")),
        ]

    def __str__(self) -> str:
        return self.name
