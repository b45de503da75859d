"""`manage.py reconcile`: prove that tokens and money add up; exits 1 on any difference."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing import reconcile
from editor import settlement
from freeai.common.errors import PaymentProviderFailed


class Command(BaseCommand):
    help = (
        "Compare purses, books, holds, edits, purchases and the payment provider; exit 1 on any difference."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = settlement.reconcile_all()
        try:
            found += reconcile.provider_findings()
        except PaymentProviderFailed as error:
            raise CommandError(error.message) from error
        for finding in found:
            self.stdout.write(finding)
        if found:
            sys.exit(1)
        self.stdout.write("clean")
