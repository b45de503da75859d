"""`manage.py gpu_worker --model step1x-edit --weights DIR [--device cuda:0]`."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from editor import catalogue, worker_process
from editor.engines.base import EngineError
from freeai.common.errors import FreeAIError
from freeai.supervisor import leave_with_parent


class Command(BaseCommand):
    help = "Run edits of a graphics-card model, one at a time, until SIGTERM."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", required=True, help="slug, alias or name")
        parser.add_argument("--weights", help="a folder or a hub name (default: the model's setting)")
        parser.add_argument("--device", help="such as cuda:0 or cpu (default: the model's setting)")
        parser.add_argument("--memory", choices=["auto", "resident", "model", "group"])

    def handle(self, *args: Any, **options: Any) -> None:
        leave_with_parent()
        given = {name: options[name] for name in ("weights", "device", "memory") if options[name]}
        try:
            safer = worker_process.run(catalogue.find(options["model"]).engine, **given)
        except ImportError as error:
            raise CommandError(f"Run `make gpu` first: {error}.") from error
        except (EngineError, FreeAIError) as error:
            raise CommandError(str(error)) from error
        if safer:
            # A process is the only thing that gives all of a device's memory back.
            words = [word for name, value in {**given, **safer}.items() for word in (f"--{name}", value)]
            again = ["manage.py", "gpu_worker", "--model", options["model"], *words]
            os.execv(sys.executable, [sys.executable, *again])  # noqa: S606
