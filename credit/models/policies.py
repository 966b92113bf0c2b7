"""Versions of the score's policy: tried on the published facts, proposed by one person, approved by another."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class PolicyShadowRun(models.Model):
    """What a policy would make of the merchants' newest facts, next to the policy in force; append-only.

    `changes` are rows [grade before, grade after, merchants], null for no grade; rise and fall are the largest
    moves of a raw score.
    """

    version = models.CharField(_("规则版本"), max_length=40)
    document = models.TextField(_("规则"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    compared_with = models.CharField(_("对照版本"), max_length=40)
    as_of = models.DateField(_("数据截至"))
    merchants = models.PositiveIntegerField(_("商户数"))
    changed = models.PositiveIntegerField(_("等级变动"))
    changes = models.JSONField(_("等级变动表"))
    largest_rise = models.DecimalField(_("最大升分"), max_digits=7, decimal_places=4)
    largest_fall = models.DecimalField(_("最大降分"), max_digits=7, decimal_places=4)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("试算人")
    )
    made_at = models.DateTimeField(_("试算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("规则试运行")
        constraints = [
            # What a proposal refers to: a run of the very same document.
            models.UniqueConstraint(fields=["id", "sha256"], name="shadow_run_of_one_seal"),
            models.CheckConstraint(
                name="shadow_run_changes_some_of_its_merchants",
                condition=Q(changed__lte=F("merchants"), largest_rise__gte=0, largest_fall__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.as_of}"

    @property
    def grade_changes(self) -> list[dict[str, Any]]:
        names = ("before", "after", "merchants")
        return [dict(zip(names, row, strict=True)) for row in self.changes]


class ScorePolicyVersion(Proposal):
    """A policy of the score from a day on; only its decision and its withdrawal are ever written after it.

    `document` is the canonical text of the rules and `sha256` its digest. Approved it is announced, at least
    fourteen days ahead; what is announced may be withdrawn before its day. Before the first of them `credit-v1`
    holds.
    """

    public_id = PublicIdField("csp", verbose_name=_("编号"))
    version = models.CharField(_("规则版本"), max_length=40)
    document = models.TextField(_("规则"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    effective_on = models.DateField(_("生效日期"))
    reason = models.CharField(_("修订理由"), max_length=500)
    shadow = models.ForeignKey(
        PolicyShadowRun, models.PROTECT, related_name="proposals", verbose_name=_("试运行")
    )
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤回人"),
    )
    withdrawn_for = models.CharField(
        _("撤回原因"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = verbose_name_plural = _("评分规则版本")
        constraints = [
            *four_eyes_constraints("score_policy"),
            models.UniqueConstraint(
                fields=["version"],
                name="score_policy_named_once",
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.UniqueConstraint(
                fields=["effective_on"],
                name="score_policy_one_begins_a_day",
                condition=Q(state="approved", withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="score_policy_says_why",
                condition=~Q(reason="") & ~Q(version__in=["", "credit-v1"]),
            ),
            models.CheckConstraint(
                name="score_policy_withdrawn_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_for="")
                | Q(state="approved", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_for=""),
            ),
        ]

    def __str__(self) -> str:
        return self.version
