"""`manage.py web`: the site itself."""

from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from freeai.supervisor import leave_with_parent


class Command(BaseCommand):
    help = "Serve the site over ASGI on HOST:PORT."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        leave_with_parent()
        uvicorn.run(
            "freeai.asgi:application",
            host=settings.HOST,
            port=settings.PORT,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
            # Whose address to believe is decided in `accounts.networks`, by the PROXIES setting.
            proxy_headers=False,
            # Open event streams would otherwise hold the process until their edits end.
            timeout_graceful_shutdown=2,
        )
