"""What every template may show about this site."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext

THEME_COOKIE = "freeai_theme"
THEMES = ("light", "dark")


def in_words(window: timedelta) -> str:
    """Say a length of time as "7 days" or "24 hours", in the reader's language."""
    if window.days > 1:
        return ngettext("%(count)d day", "%(count)d days", window.days) % {"count": window.days}
    hours = round(window.total_seconds() / 3600)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def site(request: HttpRequest) -> dict[str, object]:
    """Context for all templates: numbers that the words on our pages must agree with."""
    is_member = request.user.is_authenticated
    window = settings.MEMBER_WINDOW if is_member else settings.VISITOR_WINDOW
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        # In the first line of the page, so that it never flashes in the other colours.
        "theme": theme if theme in THEMES else "",
        "window": in_words(window),
        "support_email": settings.SUPPORT_EMAIL,
        "visitor_hours": int(settings.VISITOR_WINDOW.total_seconds() // 3600),
        "source_bytes_max": settings.SOURCE_BYTES_MAX,
        "source_megabytes_max": settings.SOURCE_BYTES_MAX // (1024 * 1024),
        "source_megapixels_max": settings.SOURCE_PIXELS_MAX // 1_000_000,
        "prompt_characters_max": settings.PROMPT_CHARACTERS_MAX,
    }
