from django.apps import AppConfig


class EditorConfig(AppConfig):
    """Sources, edits and the line between them."""

    name = "editor"
