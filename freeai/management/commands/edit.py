"""`manage.py edit PHOTO "prompt" [-o OUT] [--model SLUG]`: one edit without the web."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from editor import alone
from editor.engines.base import EngineError
from freeai.common.errors import FreeAIError


class Command(BaseCommand):
    help = "Edit one photo and write the result beside it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("photo", type=Path)
        parser.add_argument("prompt")
        parser.add_argument("-o", "--output", type=Path, help="where to write (default: PHOTO-edited.*)")
        parser.add_argument("--model", default="", help="slug, alias or name (default: the first model)")

    def handle(self, *args: Any, **options: Any) -> None:
        photo: Path = options["photo"]
        out: Path | None = options["output"]
        try:
            made = alone.edit_photo(
                photo.read_bytes(),
                options["prompt"],
                model=options["model"],
                format_asked=alone.format_of(out) if out else "",
            )
        except OSError as error:
            raise CommandError(f"{photo} cannot be read: {error.strerror}.") from error
        except FreeAIError as refusal:
            raise CommandError(refusal.message) from refusal
        except ImportError as error:
            raise CommandError(f"Run `make gpu` first: {error}.") from error
        except EngineError as error:
            raise CommandError(str(error)) from error
        suffix = "jpg" if made.format == "jpeg" else made.format
        out = out or photo.with_name(f"{photo.stem}-edited.{suffix}")
        out.write_bytes(made.data)
        self.stdout.write(f"{out}: {made.width} × {made.height} px, {made.changed:.0%} changed. {made.plan}")
