from django.db import models


class SqlFile(models.Model):
    """Which text of a repeatable SQL file the database holds."""

    name = models.TextField(unique=True)
    digest = models.TextField()

    def __str__(self) -> str:
        return self.name
