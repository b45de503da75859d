"""Wiring that must happen once, when Django is ready."""

from django.apps import AppConfig


class FreeAIConfig(AppConfig):
    """Loads the Celery app, so that bells never ring on a default broker, and the checks."""

    name = "freeai"

    def ready(self) -> None:
        from freeai import celery, checks  # noqa: F401, PLC0415  (apps must be loaded first)
