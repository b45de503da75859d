from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Users, owners and keys."""

    name = "accounts"

    def ready(self) -> None:
        """Let roles be made once everything they name exists."""
        from accounts import roles  # noqa: PLC0415  (it names rows, which are not there before)

        post_migrate.connect(roles.make, dispatch_uid="accounts.roles")
