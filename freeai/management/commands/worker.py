"""`manage.py worker`: one process that runs edits."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from editor import catalogue, worker_process
from freeai.supervisor import leave_with_parent


class Command(BaseCommand):
    help = "Run edits of one engine, one at a time, until SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", default=None, help="the engine to serve (default: the first model's)")

    def handle(self, *args: Any, **options: Any) -> None:
        leave_with_parent()
        worker_process.run(options["engine"] or catalogue.default().engine)
