"""What shoppers say after a purchase."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Rating(models.Model):
    """Stars for a purchase at a store. Of one shopper, store and 30 days the latest counts.

    The text may be hidden by staff; the stars stay. A flag of the search for rings, with its reasons, takes
    them out of the score, and so does the refund of the whole purchase.
    """

    public_id = PublicIdField("rtg", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="ratings", verbose_name=_("会员")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="ratings", verbose_name=_("门店")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="ratings", verbose_name=_("商户")
    )
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        db_constraint=False,
        related_name="ratings",
        verbose_name=_("消费小票"),
    )
    stars = models.PositiveSmallIntegerField(_("星级"))
    text = models.CharField(_("评价"), max_length=500, blank=True, default="", db_default="")
    rated_at = models.DateTimeField(_("评价时间"))
    hidden_at = models.DateTimeField(_("文字隐藏时间"), null=True, blank=True)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("隐藏人"),
    )
    hidden_for = models.CharField(
        _("隐藏原因"), max_length=200, blank=True, default="", db_default=""
    )
    reply = models.CharField(_("商户回复"), max_length=300, blank=True, default="", db_default="")
    replied_at = models.DateTimeField(_("回复时间"), null=True, blank=True)
    replied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("回复人"),
    )
    flagged_at = models.DateTimeField(_("标记时间"), null=True, blank=True)
    flag_reasons = models.JSONField(_("异常原因"), default=list, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("消费评价")
        constraints = [
            models.CheckConstraint(
                name="rating_of_one_to_five_stars", condition=Q(stars__range=(1, 5))
            ),
            models.CheckConstraint(
                name="rating_hidden_with_a_reason",
                condition=Q(hidden_at=None, hidden_for="")
                | Q(hidden_at__isnull=False) & ~Q(hidden_for=""),
            ),
            models.CheckConstraint(
                name="rating_replied_iff_dated",
                condition=Q(replied_at=None, reply="") | Q(replied_at__isnull=False) & ~Q(reply=""),
            ),
            models.CheckConstraint(
                name="rating_flagged_with_reasons",
                condition=Q(flagged_at=None, flag_reasons=[])
                | Q(flagged_at__isnull=False) & ~Q(flag_reasons=[]),
            ),
        ]
        indexes = [
            models.Index("merchant", "rated_at", name="rating_by_merchant"),
            models.Index("member", "store", name="rating_by_shopper"),
        ]

    def __str__(self) -> str:
        return self.public_id
