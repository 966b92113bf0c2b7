"""What a merchant's standing was on each day, and what it was made from."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.score.values import Grade


class SnapshotGrade(models.TextChoices):
    A = Grade.A.value, "A"
    B = Grade.B.value, "B"
    C = Grade.C.value, "C"
    D = Grade.D.value, "D"
    E = Grade.E.value, "E"
    SUSPENDED = Grade.SUSPENDED.value, _("暂停")


class CreditSnapshot(models.Model):
    """The score of a merchant as of the end of a Shanghai day, with all inputs and their digest; append-only.

    A correction that is upheld later makes the next revision; the highest one stands, both are kept.
    """

    class Confidence(models.TextChoices):
        INSUFFICIENT = "insufficient", _("证据不足")
        LOW = "low", _("证据较少")
        MEDIUM = "medium", _("证据充分")
        HIGH = "high", _("证据很充分")

    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        related_name="credit_snapshots",
        verbose_name=_("商户"),
    )
    as_of = models.DateField(_("截至"))
    revision = models.PositiveSmallIntegerField(_("修订"))
    policy_version = models.CharField(_("规则版本"), max_length=40)
    inputs = models.JSONField(_("输入"))
    inputs_digest = models.CharField(_("输入摘要"), max_length=64)
    # As printed by `score_credit`: components, contributions and the interval, doubles next to the exact numbers.
    result = models.JSONField(_("结果"))
    # What is published of complaints of the last twelve months (`credit/statistics.py`).
    statistics = models.JSONField(_("投诉公示数据"))
    score = models.DecimalField(_("诚信分"), max_digits=4, decimal_places=1)
    rank_key = models.DecimalField(_("排序值"), max_digits=12, decimal_places=6)
    confidence = models.TextField(_("证据等级"), choices=Confidence)
    grade = models.TextField(_("等级"), choices=SnapshotGrade, null=True, blank=True)
    excluded_ratings = models.PositiveIntegerField(_("未计入的评价"))
    previous = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("前一日"),
    )
    taken_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("诚信等级")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "as_of", "revision"], name="snapshot_once_a_day_and_revision"
            ),
            models.CheckConstraint(name="snapshot_revised_from_one", condition=Q(revision__gte=1)),
            models.CheckConstraint(
                name="snapshot_scored_from_0_to_100", condition=Q(score__range=(0, 100))
            ),
            models.CheckConstraint(
                name="snapshot_of_a_known_grade",
                condition=Q(grade=None) | Q(grade__in=["A", "B", "C", "D", "E", "suspended"]),
            ),
            models.CheckConstraint(
                name="snapshot_follows_another",
                condition=Q(previous=None) | ~Q(previous=F("id")),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-as_of", "-revision"], name="snapshot_newest"),
            models.Index(fields=["as_of"], name="snapshot_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.as_of}"
