"""What an owner thinks of a model: one to five stars, one row each."""

from django.db import models
from django.utils import timezone


class Rating(models.Model):
    """One owner's stars for one model; rating again changes them."""

    STARS_MAX = 5

    owner = models.ForeignKey("accounts.Owner", on_delete=models.CASCADE, related_name="ratings")
    model = models.CharField(max_length=40)
    stars = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rating_once_per_owner", fields=["owner", "model"]),
            models.CheckConstraint(
                name="rating_is_one_to_five", condition=models.Q(stars__gte=1, stars__lte=5)
            ),
        ]
        indexes = [models.Index(name="rating_of_model", fields=["model"])]

    def __str__(self) -> str:
        return f"{self.model}: {self.stars}"
