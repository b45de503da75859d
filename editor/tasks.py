"""Celery doorbells. Each is one call, safe to deliver twice, late or never."""

from celery import shared_task

from editor import runner


@shared_task(name="editor.work")
def work(engine: str) -> None:
    """Run the edits waiting for this engine, if any."""
    runner.work(engine)
