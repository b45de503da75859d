from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, owners and keys."""

    name = "accounts"
