"""商户自律: what a merchant found wrong at itself and put right, before anybody complained."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class SelfDisciplineRecord(Proposal):
    """What was wrong and how it was put right; public once somebody of the district has looked at it.

    It is no fact of the score: whoever reports itself neither gains nor loses points.
    """

    public_id = PublicIdField("sdr", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    found_on = models.DateField(_("发现日期"))
    matter = models.CharField(_("发现的问题"), max_length=300)
    correction = models.CharField(_("整改措施"), max_length=500)

    class Meta:
        verbose_name = verbose_name_plural = _("商户自律记录")
        constraints = [
            *four_eyes_constraints("self_discipline"),
            models.CheckConstraint(
                name="self_discipline_says_what_was_done",
                condition=~Q(matter="") & ~Q(correction=""),
            ),
        ]

    def __str__(self) -> str:
        return self.matter
