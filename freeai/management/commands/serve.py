"""`manage.py serve`: web, worker and scheduler as one foreground process tree."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from editor import catalogue
from freeai.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Migrate, then run web, worker and scheduler together until Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0, interactive=False)
        self.stdout.write(f"FreeAI: http://{settings.HOST}:{settings.PORT}/  (Ctrl-C stops it)")
        self.stdout.flush()
        workers = [
            Child(f"worker {engine}", ["manage.py", "worker", "--engine", engine])
            for engine in settings.SERVE_ENGINES or [catalogue.default().engine]
        ]
        web = Child("web", ["manage.py", "web"])
        Supervisor([web, *workers, Child("scheduler", ["manage.py", "scheduler"])]).run()
