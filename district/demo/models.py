"""How far the demo district has come, so that a killed seeding goes on where it was."""

from django.db import models
from django.db.models import Q


class Seeding(models.Model):
    """The one demo district of this database."""

    singleton = models.PositiveSmallIntegerField(default=1, unique=True)
    # Random: tells whether a file of logins belongs to this district or to one that was reset.
    stamp = models.CharField(max_length=32)
    scale = models.FloatField()
    last_day = models.DateField()
    digest = models.CharField(max_length=16)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="seeding_only_one", condition=Q(singleton=1))]

    def __str__(self) -> str:
        return f"{self.scale:g} {self.last_day}"


class Chapter(models.Model):
    """A chapter of the last weeks that has been run, see district/demo/chapters/."""

    name = models.CharField(max_length=80, unique=True)

    def __str__(self) -> str:
        return self.name


class Lane(models.Model):
    """A part of the members, and the last day of their year that was posted, whole days at a time."""

    number = models.PositiveSmallIntegerField(unique=True)
    posted_through = models.DateField()

    def __str__(self) -> str:
        return f"{self.number} {self.posted_through}"
