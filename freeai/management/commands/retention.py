"""`manage.py retention [--check]`: sweep now, or prove that nothing is left over."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from editor import retention


class Command(BaseCommand):
    help = "Delete what is due now; with --check, compare storage and rows and exit 1 on any difference."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only look; print what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{retention.sweep()} rows swept")
            return
        findings = retention.check()
        for word in ("orphans", "overdue", "missing"):
            for name in getattr(findings, word):
                self.stdout.write(f"{word}: {name}")
        if not findings.is_clean:
            sys.exit(1)
        self.stdout.write("clean")
