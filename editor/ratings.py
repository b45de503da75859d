"""Stars for models, from owners who have edited with them; shown as an average with its count."""

from dataclasses import dataclass

from django.db.models import Avg, Count

from accounts.models import Owner
from editor.models import Edit, Rating
from freeai.common.errors import InvalidInput, NotAllowed
from freeai.common.sentences import sentence as _


class NotTried(NotAllowed):
    """Only who got a result from a model may rate it."""


@dataclass(frozen=True, slots=True)
class Score:
    """What owners think of a model. average: 1 to 5, None while nobody has rated."""

    average: float | None
    count: int
    mine: int | None = None
    may_rate: bool = False


def rate(owner: Owner, model: str, stars: int) -> None:
    """Set this owner's stars for a model. Raises InvalidInput, or NotTried before their first result."""
    if not 1 <= stars <= Rating.STARS_MAX:
        raise InvalidInput(_("Give one to five stars."), param="stars")
    if not _has_tried(owner, model):
        raise NotTried(_("Edit a picture with this model first."))
    Rating.objects.update_or_create(owner=owner, model=model, defaults={"stars": stars})


def score(model: str, owner: Owner | None) -> Score:
    """Return a model's stars, and this owner's own."""
    total = Rating.objects.filter(model=model).aggregate(average=Avg("stars"), count=Count("pk"))
    mine = None
    if owner is not None:
        mine = Rating.objects.filter(owner=owner, model=model).values_list("stars", flat=True).first()
    may_rate = owner is not None and (mine is not None or _has_tried(owner, model))
    return Score(average=total["average"], count=total["count"], mine=mine, may_rate=may_rate)


def merge(visitor: Owner, member: Owner) -> None:
    """Move a visitor's stars to a member, who keeps their own where both have rated."""
    kept = Rating.objects.filter(owner=member).values("model")
    Rating.objects.filter(owner=visitor, model__in=kept).delete()
    Rating.objects.filter(owner=visitor).update(owner=member)


def _has_tried(owner: Owner, model: str) -> bool:
    return Edit.objects.filter(owner=owner, model=model, status=Edit.Status.SUCCEEDED).exists()
