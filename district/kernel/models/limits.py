from django.db import models
from django.db.models import Q


class RateWindow(models.Model):
    """How often a subject did a limited thing in one window of time."""

    limit = models.TextField()
    subject = models.BinaryField()
    window = models.BigIntegerField()
    hits = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["limit", "subject", "window"], name="rate_once_per_window"
            ),
            models.CheckConstraint(name="rate_used_positive", condition=Q(hits__gt=0)),
        ]
        indexes = [models.Index(fields=["window"], name="rate_by_window")]

    def __str__(self) -> str:
        return f"{self.limit} {self.window}"
