"""A process that runs edits, known by its heartbeat."""

from django.db import models

from freeai.common import ids


def new_worker_id() -> str:
    return ids.new("worker")


class Worker(models.Model):
    """One row per process and start. A worker that falls silent serves nobody."""

    id = models.CharField(primary_key=True, max_length=ids.LENGTH_MAX, default=new_worker_id, editable=False)
    engine = models.CharField(max_length=40)
    host = models.CharField(max_length=100)
    pid = models.PositiveIntegerField()
    device = models.CharField(max_length=100, blank=True)
    is_ready = models.BooleanField(default=False)
    is_busy = models.BooleanField(default=False)
    started_at = models.DateTimeField(auto_now_add=True)
    beat_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(name="worker_by_engine", fields=["engine", "beat_at"])]

    def __str__(self) -> str:
        return f"{self.engine} on {self.host}"
