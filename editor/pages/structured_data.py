"""What search engines may read of a model's page (schema.org), as a data block: nothing in it runs."""

import json

from django.utils.safestring import SafeString, mark_safe

from editor.catalogue import Model
from editor.ratings import Score

_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


def of_model(model: Model, score: Score, url: str) -> SafeString:
    """Return the JSON-LD of a model that somebody has rated; safe between script tags."""
    facts = {
        "@context": "https://schema.org",
        "@type": "SoftwareApplication",
        "name": model.name,
        "url": url,
        "description": model.summary,
        "applicationCategory": "MultimediaApplication",
        "aggregateRating": {
            "@type": "AggregateRating",
            "ratingValue": round(score.average or 0, 2),
            "ratingCount": score.count,
            "bestRating": 5,
            "worstRating": 1,
        },
    }
    return mark_safe(json.dumps(facts).translate(_ESCAPES))  # noqa: S308  (escaped on this very line)
