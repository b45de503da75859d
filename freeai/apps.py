"""Wiring that must happen once, when Django is ready."""

from django.apps import AppConfig


class FreeAIConfig(AppConfig):
    """Loads the Celery app, so that bells never ring on a default broker, and the checks.

    It also says who listens to whose signals.
    """

    name = "freeai"

    def ready(self) -> None:
        from allauth.account.signals import user_logged_in  # noqa: PLC0415  (apps must be loaded first)

        from editor import merging  # noqa: PLC0415
        from freeai import celery, checks  # noqa: F401, PLC0415

        user_logged_in.connect(merging.on_sign_in, dispatch_uid="editor.merging")
