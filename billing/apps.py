from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Prices and, one day, the ledger."""

    name = "billing"
