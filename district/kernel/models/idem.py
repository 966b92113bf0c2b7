from django.db import models
from django.db.models.functions import Now


class Idem(models.Model):
    """What a caller's idempotency key was first used for, and what came of it."""

    pk = models.CompositePrimaryKey("scope", "key")
    scope = models.TextField()
    key = models.TextField()
    terms = models.BinaryField()
    result = models.BigIntegerField(null=True)
    # What `result` is the number of, where one act may come to different things: "hold", "parked refund".
    kind = models.TextField(db_default="")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
