"""The product's settings, in a home of their own: tests never touch a person's `var/`."""

import atexit
import os
import shutil
import tempfile

from tests import engines

_home = tempfile.mkdtemp(prefix="freeai-tests-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["FREEAI_HOME"] = _home
os.environ["FREEAI_EXTRA_ENGINES"] = engines.EXTRA
# Tests that are about it turn it on: loading it takes a second in each of many processes.
os.environ["FREEAI_CONTENT_MODE"] = "off"
# Bells go nowhere: a test calls the work itself, when it wants it done.
os.environ["FREEAI_BROKER_URL"] = "memory://"

from freeai.settings import *  # noqa: E402, F403  (the environment must be set first)

LOGGING["loggers"]["httpx"] = {"level": "WARNING"}  # type: ignore[index]  # noqa: F405
