"""What every proposal is kept as; an app adds what is proposed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """Something one person proposed, and another one approves or rejects, once."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        APPROVED = "approved", _("已通过")
        REJECTED = "rejected", _("已拒绝")

    state = models.TextField(
        _("状态"), choices=State, db_default="proposed", default=State.PROPOSED
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision = models.TextField(_("复核意见"), db_default="", default="", blank=True)

    class Meta:
        abstract = True


def four_eyes_constraints(
    name: str, *, approved: Q | None = None, otherwise: Q | None = None
) -> list[models.CheckConstraint]:
    """`{name}_by_four_eyes` and `{name}_decided_once`, for the Meta of a proposal.

    `approved` also holds of an approved row, `otherwise` of every other one.
    """
    decided = Q(decided_by__isnull=False, decided_at__isnull=False)
    approved, otherwise = approved or Q(), otherwise or Q()
    return [
        models.CheckConstraint(
            name=f"{name}_by_four_eyes",
            condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
        ),
        models.CheckConstraint(
            name=f"{name}_decided_once",
            condition=Q(state="proposed", decided_by=None, decided_at=None) & otherwise
            | Q(state="approved") & decided & approved
            | Q(state="rejected") & decided & otherwise,
        ),
    ]
