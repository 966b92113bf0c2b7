from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_OUTCOME_OF_FACTS = (
    *("final_on", "severity", "outcome"),
    *("is_on_time", "is_deemed", "remedy_missed", "is_repeat"),
)


class CaseOutcomeVersion(models.Model):
    """What a complaint means for the score, as it was known from `recorded_at` on; append-only.

    The highest version recorded by an instant is what counts then. A version with a reason why it does not
    count has no facts.
    """

    class Severity(models.TextChoices):
        MINOR = "minor", _("轻微")
        ORDINARY = "ordinary", _("一般")
        SERIOUS = "serious", _("严重")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("支持")
        PARTLY_UPHELD = "partly_upheld", _("部分支持")
        SETTLED_IN_MEDIATION = "settled_in_mediation", _("调解和解")
        SETTLED_DIRECT = "settled_direct", _("协商和解")
        NOT_UPHELD = "not_upheld", _("不支持")
        WITHDRAWN = "withdrawn", _("已撤诉")
        ABUSIVE = "abusive", _("滥诉")

    case = models.CharField(_("投诉编号"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="case_outcomes", verbose_name=_("门店")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="case_outcomes", verbose_name=_("商户")
    )
    uncounted_reason = models.CharField(
        _("不计入的原因"), max_length=40, blank=True, default="", db_default=""
    )
    final_on = models.DateField(_("定论日期"), null=True, blank=True)
    severity = models.TextField(_("严重程度"), choices=Severity, null=True, blank=True)
    outcome = models.TextField(_("结果"), choices=Outcome, null=True, blank=True)
    is_on_time = models.BooleanField(_("按时处理"), null=True, blank=True)
    stars = models.PositiveSmallIntegerField(_("顾客评分"), null=True, blank=True)
    category = models.CharField(_("类别"), max_length=40, blank=True, default="", db_default="")
    is_deemed = models.BooleanField(_("逾期视为确认"), null=True, blank=True)
    first_answer_minutes = models.PositiveIntegerField(_("首次答复（分钟）"), null=True, blank=True)
    remedy_missed = models.BooleanField(_("未履行补救"), null=True, blank=True)
    is_repeat = models.BooleanField(_("再次投诉"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("投诉结果")
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="case_outcome_version_once"),
            models.CheckConstraint(
                name="case_outcome_versions_from_one", condition=Q(version__gte=1) & ~Q(case="")
            ),
            models.CheckConstraint(
                name="case_outcome_has_facts_iff_it_counts",
                condition=Q(
                    **{f"{field}__isnull": False for field in _OUTCOME_OF_FACTS},
                    uncounted_reason="",
                )
                & ~Q(category="")
                | ~Q(uncounted_reason="")
                & Q(
                    **dict.fromkeys(_OUTCOME_OF_FACTS),
                    stars=None,
                    first_answer_minutes=None,
                    category="",
                ),
            ),
            models.CheckConstraint(
                name="case_outcome_of_known_words",
                condition=Q(severity=None)
                | Q(
                    severity__in=["minor", "ordinary", "serious"],
                    outcome__isnull=False,
                    outcome__in=[
                        *("upheld", "partly_upheld", "settled_in_mediation", "settled_direct"),
                        *("not_upheld", "withdrawn", "abusive"),
                    ],
                ),
            ),
            models.CheckConstraint(
                name="case_outcome_of_one_to_five_stars",
                condition=Q(stars=None) | Q(stars__range=(1, 5)),
            ),
        ]
        indexes = [
            models.Index("merchant", "final_on", name="case_outcome_by_merchant"),
        ]

    def __str__(self) -> str:
        return f"{self.case} · {self.version}"
