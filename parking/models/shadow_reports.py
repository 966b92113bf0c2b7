from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ShadowReport(models.Model):
    """What stays would have cost by a draft at an instant: figures that are shown again when it is published.

    `sha256` is that of the draft as it was then.
    """

    version = models.ForeignKey(
        "parking.TariffVersion",
        models.PROTECT,
        related_name="shadow_reports",
        verbose_name=_("收费标准版本"),
    )
    sha256 = models.CharField(_("摘要"), max_length=64)
    at = models.DateTimeField(_("试算时间"))
    days = models.PositiveSmallIntegerField(_("天数"))
    stays = models.PositiveIntegerField(_("停车记录数"))
    open_stays = models.PositiveIntegerField(_("其中在场"))
    unpriced = models.PositiveIntegerField(_("未计价"))
    is_cut = models.BooleanField(_("只含最近部分"))
    before_fen = models.BigIntegerField(_("现费用"))
    after_fen = models.BigIntegerField(_("按草稿费用"))
    dearer = models.PositiveIntegerField(_("变贵"))
    dearer_by_fen = models.BigIntegerField(_("变贵合计"))
    cheaper = models.PositiveIntegerField(_("变便宜"))
    cheaper_by_fen = models.BigIntegerField(_("变便宜合计"))
    # The largest differences: public id, entry, end, both fees.
    largest = models.JSONField(_("差额最大的停车"), default=list)
    made_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("保存人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("影子计价报告")
        constraints = [
            models.CheckConstraint(
                name="shadow_report_adds_up",
                condition=Q(
                    after_fen=F("before_fen") + F("dearer_by_fen") - F("cheaper_by_fen"),
                    stays__gte=F("dearer") + F("cheaper"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.at:%Y-%m-%d %H:%M}"
