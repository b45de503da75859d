"""`manage.py weights pull step1x-edit` and `weights check DIR`."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from freeai.common.errors import FreeAIError


class Command(BaseCommand):
    help = "Fetch a model's published weights, or check a folder of them."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        told = "say size and licence, then fetch; goes on where it broke if run again"
        pull = actions.add_parser("pull", help=told)
        pull.add_argument("model", choices=["step1x-edit"])
        pull.add_argument("--to", type=Path, help="folder to write (default: weights/MODEL)")
        check = actions.add_parser("check", help="tell whether a folder holds a whole checkpoint")
        check.add_argument("folder", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from editor.engines import hub  # noqa: PLC0415  (needs `make gpu`)
            from editor.engines.step1x import weights  # noqa: PLC0415
        except ImportError as error:
            raise CommandError("The graphics-card models are not installed: run `make gpu` first.") from error
        try:
            if options["action"] == "pull":
                published = hub.look_up(weights.REPOSITORY)
                size = published.size_bytes / 1e9
                self.stdout.write(f"{published.repository}: {size:.1f} GB, licence {published.licence}")
                folder = options["to"] or Path("weights") / options["model"]
                hub.pull(published, folder, self.stdout.write)
            else:
                folder = options["folder"]
            sizes = weights.check(folder)
        except FreeAIError as error:
            raise CommandError(error.message) from error
        parts = ", ".join(f"{part} {size / 1e9:.2f} GB" for part, size in sizes.items())
        self.stdout.write(f"{folder}: whole ({parts})")
