"""`manage.py scheduler`: the sweeps, each when it is due."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from editor import scheduler
from freeai.supervisor import leave_with_parent


class Command(BaseCommand):
    help = "Run the sweeps until SIGTERM. Several may run; they do not get in each other's way."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        leave_with_parent()
        scheduler.run(stop)
