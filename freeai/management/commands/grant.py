"""`manage.py grant WHO TOKENS [--note WHY]`: put paid tokens into somebody's purse."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import owners
from billing import grants
from freeai.common.errors import FreeAIError


class Command(BaseCommand):
    help = "Grant paid tokens to a member (by e-mail address) or to any owner (by id)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", help="an e-mail address, or an owner's id")
        parser.add_argument("tokens", type=int)
        parser.add_argument("--note", default="", help="why; stands in the statement")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            owner = owners.named(options["who"])
            grants.grant(owner, options["tokens"], by="operator", note=options["note"])
        except FreeAIError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{options['tokens']:,} tokens granted to {options['who']}.")
