from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import PATTERN_TEXTS
from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints

LABEL_DAYS = 180


class AbuseProposal(Proposal):
    """An officer takes a case for an abuse of complaints; another one, who has not decided it, confirms or rejects.

    Confirmed, the case is closed as abusive and the shopper has a label for 180 days.
    """

    public_id = PublicIdField("abu", verbose_name=_("编号"))
    case = models.ForeignKey(
        CaseFile, models.PROTECT, related_name="abuse_proposals", verbose_name=_("案件")
    )
    reasons = models.TextField(_("理由"))
    evidence = models.TextField(_("规律与证据"))

    class Meta:
        verbose_name = verbose_name_plural = _("滥用认定")
        constraints = [
            *four_eyes_constraints("abuse_proposal"),
            models.UniqueConstraint(
                fields=["case"], name="abuse_proposal_one_open", condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="abuse_proposal_with_reasons", condition=~Q(reasons="") & ~Q(evidence="")
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class AbuseLabel(models.Model):
    """A shopper is marked for 180 days because of a case; lifted where a reviewer takes the case up after all.

    It is for the officers' eyes: nothing is refused or closed because of it.
    """

    proposal = models.OneToOneField(
        AbuseProposal, models.PROTECT, related_name="label", verbose_name=_("滥用认定")
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    begins_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("到期时间"))
    lifted_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("滥用标记")
        constraints = [
            models.CheckConstraint(
                name="abuse_label_of_180_days",
                condition=Q(ends_at=F("begins_at") + timedelta(days=LABEL_DAYS)),
            ),
            models.CheckConstraint(
                name="abuse_label_lifted_after_it_began",
                condition=Q(lifted_at=None) | Q(lifted_at__gte=F("begins_at")),
            ),
        ]
        indexes = [models.Index(fields=["member", "-ends_at"], name="abuse_label_by_member")]

    def __str__(self) -> str:
        return str(self.proposal_id)


class CasePattern(models.Model):
    """Something about a case that an officer may look at, with the case it was seen beside, if any. Nothing follows
    from it by itself; an officer may set it aside."""

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="patterns", verbose_name=_("案件")
    )
    kind = models.TextField(_("线索"), choices=PATTERN_TEXTS)
    other = models.ForeignKey(
        CaseFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("相关案件"),
    )
    facts = models.JSONField(_("依据"), default=dict)
    found_at = models.DateTimeField(_("发现时间"))
    dismissed_at = models.DateTimeField(_("排除时间"), null=True, blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("排除人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("可疑线索")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "other"],
                name="case_pattern_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="case_pattern_beside_another",
                condition=Q(other=None) | ~Q(other=F("case")),
            ),
            models.CheckConstraint(
                name="case_pattern_dismissed_by_a_person",
                condition=Q(dismissed_at=None, dismissed_by=None)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_kind_display()}"
