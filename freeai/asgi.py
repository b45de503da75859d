"""The ASGI application: Django behind a guard against endless requests."""

import gc
import os
import threading

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeai.settings")

_django = get_asgi_application()

from django.conf import settings  # noqa: E402  (Django must be set up first)

from editor.api.mcp_endpoint import McpEndpoint  # noqa: E402
from editor.policy import lexicon  # noqa: E402
from freeai.common.limits import LimitedBody  # noqa: E402


def _settle() -> None:
    """Compile the prompt gate's words, which takes two seconds of a core: not those of the first wish.

    What is there then stays as long as the process does. Put aside, it is no longer looked through by
    every full collection, which took some 60 ms of whichever request it met.
    """
    lexicon.languages()
    gc.collect()
    gc.freeze()


threading.Thread(target=_settle, name="settle", daemon=True).start()

application = LimitedBody(
    McpEndpoint(_django), bytes_max=settings.REQUEST_BYTES_MAX, json_bytes_max=settings.JSON_BYTES_MAX
)
