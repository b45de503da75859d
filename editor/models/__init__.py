"""The rows of the editor; one module per noun."""

from editor.models.api_request import ApiRequest
from editor.models.batch import Batch, BatchFile
from editor.models.decision import Decision
from editor.models.edit import Edit, Preview
from editor.models.rating import Rating
from editor.models.review import Appeal, Declaration, Flag
from editor.models.share import Report, Share
from editor.models.source import Source
from editor.models.webhook import WebhookDelivery, WebhookSecret
from editor.models.worker import Worker

__all__ = [
    "ApiRequest",
    "Appeal",
    "Batch",
    "BatchFile",
    "Decision",
    "Declaration",
    "Edit",
    "Flag",
    "Preview",
    "Rating",
    "Report",
    "Share",
    "Source",
    "WebhookDelivery",
    "WebhookSecret",
    "Worker",
]
