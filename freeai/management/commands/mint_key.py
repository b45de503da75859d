"""`manage.py mint_key EMAIL [--tokens N]`: a key for a member, on standard output and nowhere else."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction
from django.forms import ValidationError

from accounts import keys
from billing import grants
from freeai.common.errors import UserError


class Command(BaseCommand):
    help = "Create the member if needed and print a new API key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--tokens", type=int, default=0, help="paid tokens to grant with it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            validate_email(options["email"])
        except ValidationError as error:
            raise CommandError(f"{options['email']} is not an e-mail address.") from error
        try:
            with transaction.atomic():
                minted = keys.mint_for(options["email"])
                if options["tokens"]:
                    grants.grant(minted.key.owner, options["tokens"], by="mint_key")
        except UserError as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(minted.text)
