"""The ASGI application: Django behind a guard against endless requests."""

import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeai.settings")

_django = get_asgi_application()

from django.conf import settings  # noqa: E402  (Django must be set up first)

from editor.api.mcp_endpoint import McpEndpoint  # noqa: E402
from editor.policy import lexicon  # noqa: E402
from freeai.common.limits import LimitedBody  # noqa: E402

# Compiling the prompt gate's words takes two seconds of a core: not those of the first wish.
threading.Thread(target=lexicon.languages, name="prompt-gate", daemon=True).start()

application = LimitedBody(
    McpEndpoint(_django), bytes_max=settings.REQUEST_BYTES_MAX, json_bytes_max=settings.JSON_BYTES_MAX
)
