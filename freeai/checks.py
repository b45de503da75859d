"""System checks: an impossible combination of settings is told at the start, not at the first edit."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register


@register(Tags.compatibility)
def heartbeat_fits_the_lease(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A worker must be able to renew its lease several times before it runs out."""
    if settings.WORKER_SILENT_SECONDS > 2 * settings.WORKER_BEAT_SECONDS:
        return []
    return [
        Error(
            "Workers would be taken for dead between two of their own heartbeats.",
            hint="FREEAI_WORKER_SILENT_SECONDS must be more than twice FREEAI_WORKER_BEAT_SECONDS.",
            id="freeai.E001",
        )
    ]


@register(Tags.compatibility)
def request_holds_a_picture(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A picture of the allowed size must fit into a request."""
    if settings.REQUEST_BYTES_MAX > settings.SOURCE_BYTES_MAX:
        return []
    return [
        Error(
            "A picture of the allowed size does not fit into a request.",
            hint="FREEAI_REQUEST_BYTES_MAX must be larger than FREEAI_SOURCE_BYTES_MAX.",
            id="freeai.E002",
        )
    ]


@register(Tags.security, deploy=True)
def support_can_be_reached(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Failure pages name an address to write to."""
    if settings.SUPPORT_EMAIL:
        return []
    return [
        Warning(
            "Failure pages have no address to write to.",
            hint="Set FREEAI_SUPPORT_EMAIL.",
            id="freeai.W001",
        )
    ]


@register(Tags.compatibility)
def bells_over_files_need_one_machine(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """SQLite and the file broker belong together; a server database wants a server broker."""
    is_sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    if is_sqlite or settings.CELERY_BROKER_URL != "filesystem://":
        return []
    return [
        Warning(
            "The database is a server, but bells go through files on this machine.",
            hint="Set FREEAI_BROKER_URL to Redis or RabbitMQ if workers run elsewhere.",
            id="freeai.W002",
        )
    ]


@register(Tags.compatibility)
def content_mode_is_known(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A rule must not be off because its name was misspelt."""
    if settings.CONTENT_MODE in {"off", "flag", "refuse"}:
        return []
    return [
        Error(
            "The mode of the content gate is unknown.",
            hint="FREEAI_CONTENT_MODE is off, flag or refuse.",
            id="freeai.E003",
        )
    ]


@register(Tags.compatibility)
def results_can_be_signed(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A certificate needs exactly one thing that signs, and that needs a certificate."""
    signers = [word for word in (settings.SIGNING_KEY, settings.SIGNING_CALLBACK) if word]
    if not settings.SIGNING_CERTIFICATE and not signers:
        return []
    hint = "Set FREEAI_SIGNING_CERTIFICATE, and one of FREEAI_SIGNING_KEY and FREEAI_SIGNING_CALLBACK."
    if not settings.SIGNING_CERTIFICATE or len(signers) != 1:
        return [Error("Results cannot be signed as the settings say.", hint=hint, id="freeai.E004")]
    from editor import signing  # noqa: PLC0415  (only a site with a certificate of its own needs it here)

    try:
        signing.prove(signing.seal())
    except Exception as error:  # noqa: BLE001 - whatever a given key or function does wrong, we tell it here
        words = f"The certificate and what signs do not work together ({type(error).__name__})."
        hint = "The chain's first certificate must be the key's; C2PA wants an EKU such as emailProtection."
        return [Error(words, hint=hint, id="freeai.E005")]
    return []


@register(Tags.security, deploy=True)
def signer_is_ours_alone(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A certificate made here proves nothing to others, and differs from machine to machine."""
    if settings.SIGNING_CERTIFICATE:
        return []
    return [
        Warning(
            "Results are signed by a certificate that nobody but this machine knows.",
            hint="Set FREEAI_SIGNING_CERTIFICATE and FREEAI_SIGNING_KEY, the same on all machines.",
            id="freeai.W003",
        )
    ]
