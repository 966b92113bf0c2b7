"""Institutions that work with the district, and merchants that asked to be referred to one."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class PartnerInstitution(models.Model):
    """Who advises, guarantees, lends or insures. `token_number` counts its access codes; only the newest opens reports."""

    class Kind(models.TextChoices):
        CONSULTING = "consulting", _("咨询")
        GUARANTEE = "guarantee", _("担保")
        LOAN = "loan", _("贷款")
        INSURANCE = "insurance", _("保险")

    public_id = PublicIdField("fin", verbose_name=_("编号"))
    name = models.CharField(_("名称"), max_length=80, unique=True)
    kind = models.TextField(_("类型"), choices=Kind)
    contact = models.CharField(_("联系方式"), max_length=200)
    is_active = models.BooleanField(_("合作中"), default=True, db_default=True)
    token_number = models.PositiveIntegerField(_("访问码序号"), default=1, db_default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("合作机构")
        constraints = [
            models.CheckConstraint(name="institution_named", condition=~Q(name="") & ~Q(contact=""))
        ]

    def __str__(self) -> str:
        return self.name


class Referral(models.Model):
    """A merchant asked to be referred to an institution, and what came of it."""

    class Outcome(models.TextChoices):
        GRANTED = "granted", _("已获服务")
        DECLINED = "declined", _("机构未接受")
        WITHDRAWN = "withdrawn", _("商户撤回")

    public_id = PublicIdField("rfl", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    institution = models.ForeignKey(
        PartnerInstitution, models.PROTECT, related_name="referrals", verbose_name=_("机构")
    )
    wish = models.CharField(_("需求"), max_length=300)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    asked_at = models.DateTimeField(_("申请时间"))
    outcome = models.TextField(_("结果"), choices=Outcome, blank=True, default="")
    outcome_note = models.CharField(_("结果说明"), max_length=300, blank=True, default="")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    recorded_at = models.DateTimeField(_("登记时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("融资推荐")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "institution"],
                name="referral_one_open",
                condition=Q(outcome=""),
            ),
            models.CheckConstraint(
                name="referral_outcome_recorded",
                condition=Q(outcome="", recorded_by=None, recorded_at=None, outcome_note="")
                | ~Q(outcome="")
                & Q(recorded_by__isnull=False, recorded_at__isnull=False)
                & Q(recorded_at__gte=F("asked_at")),
            ),
            models.CheckConstraint(name="referral_says_what_for", condition=~Q(wish="")),
        ]

    def __str__(self) -> str:
        return self.public_id
