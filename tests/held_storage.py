"""A storage that keeps whoever writes waiting, until it is opened again."""

from threading import Event
from typing import Any

from django.core.files.storage import FileSystemStorage

HELD_SECONDS = 60


class HeldStorage(FileSystemStorage):
    """Files as ever; `may_save` holds writers, `is_saving` tells that one has come."""

    may_save, is_saving = Event(), Event()

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        self.is_saving.set()
        assert self.may_save.wait(HELD_SECONDS)
        return super().save(name, content, max_length)
