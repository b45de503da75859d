"""The Celery app. Messages are doorbells (DESIGN §3): the work itself is in the database."""

import os
from pathlib import Path

from celery import Celery
from django.conf import settings
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "freeai.settings")

TRANSPORT_ALIASES["filesystem"] = "freeai.bells:Transport"

app = Celery("freeai")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.set_default()

for _option in ("data_folder_in", "control_folder"):
    if _folder := settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(_option):
        Path(_folder).mkdir(parents=True, exist_ok=True)
