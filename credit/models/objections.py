"""What a merchant says to a fact: that it is wrong, or a word to be shown with it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.models.inspections import Inspection
from credit.models.records import CreditRecord
from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints

FACTS = ("inspection", "record", "rating", "case")


class FactObjection(Proposal):
    """A proposal about one fact of the score: an inspection, a record, a rating or a complaint by its public id."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    inspection = models.ForeignKey(
        Inspection,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("巡查结果"),
    )
    record = models.ForeignKey(
        CreditRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("失信记录"),
    )
    rating = models.ForeignKey(
        "credit.Rating",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(class)ss",
        verbose_name=_("消费评价"),
    )
    case = models.CharField(_("投诉编号"), max_length=40, null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def fact(self) -> Any:
        """The row it is about, or the id of the complaint."""
        return self.inspection or self.record or self.rating or self.case


def objection_constraints(name: str, states: list[str]) -> list[models.BaseConstraint]:
    """By four eyes, about exactly one fact, and one of these states for each fact."""
    return [
        *four_eyes_constraints(name),
        models.CheckConstraint(
            name=f"{name}_of_one_fact",
            condition=Q(
                *(Q(*((f"{other}__isnull", other != fact) for other in FACTS)) for fact in FACTS),
                _connector=Q.OR,
            ),
        ),
        *(
            models.UniqueConstraint(
                fields=[fact],
                name=f"{name}_one_for_each_{fact}",
                condition=Q(state__in=states, **{f"{fact}__isnull": False}),
            )
            for fact in FACTS
        ),
    ]


class FactCorrection(FactObjection):
    """A fact is said to be wrong; upheld, it counts no more from then on. While it is open the fact is disputed."""

    public_id = PublicIdField("cor", verbose_name=_("编号"))
    reason = models.CharField(_("更正理由"), max_length=500)
    due_at = models.DateTimeField(_("应于此前办结"))
    # When snapshots of before were revised because of it.
    revised_at = models.DateTimeField(_("重算时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("更正申请")
        constraints = [
            *objection_constraints("fact_correction", ["proposed", "approved"]),
            models.CheckConstraint(name="fact_correction_with_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="fact_correction_revises_once_upheld",
                condition=Q(revised_at=None) | Q(state="approved"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class MerchantStatement(FactObjection):
    """The merchant's own word on a fact, shown once somebody of the district has read it."""

    text = models.CharField(_("说明"), max_length=300)

    class Meta:
        verbose_name = verbose_name_plural = _("商户说明")
        constraints = [
            *objection_constraints("merchant_statement", ["proposed", "approved"]),
            models.CheckConstraint(name="merchant_statement_says_something", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.text
