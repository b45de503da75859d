"""What every template may show about this site."""

from django.conf import settings
from django.http import HttpRequest

THEME_COOKIE = "freeai_theme"
THEMES = ("light", "dark")


def site(request: HttpRequest) -> dict[str, object]:
    """Context for all templates: numbers that the words on our pages must agree with."""
    is_member = request.user.is_authenticated
    window = settings.MEMBER_WINDOW if is_member else settings.VISITOR_WINDOW
    theme = request.COOKIES.get(THEME_COOKIE, "")
    return {
        # In the first line of the page, so that it never flashes in the other colours.
        "theme": theme if theme in THEMES else "",
        "window": f"{window.days} days" if window.days > 1 else f"{window.total_seconds() / 3600:.0f} hours",
        "support_email": settings.SUPPORT_EMAIL,
        "visitor_hours": int(settings.VISITOR_WINDOW.total_seconds() // 3600),
        "source_bytes_max": settings.SOURCE_BYTES_MAX,
        "source_megabytes_max": settings.SOURCE_BYTES_MAX // (1024 * 1024),
        "source_megapixels_max": settings.SOURCE_PIXELS_MAX // 1_000_000,
        "prompt_characters_max": settings.PROMPT_CHARACTERS_MAX,
    }
