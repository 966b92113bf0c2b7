"""What consent is asked for, the texts it is asked with, and who was shown which text."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.consent.values import Channel
from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class Purpose(models.Model):
    """Something the district does with data of members. What rests on consent is off until somebody says yes."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("服务")
        MARKETING = "marketing", _("营销")
        PROFILING = "profiling", _("个性化")
        LOCATION = "location", _("位置")
        SHARING = "sharing", _("共享")
        RESEARCH = "research", _("研究")

    class LegalBasis(models.TextChoices):
        CONTRACT = "contract", _("履行合同")
        CONSENT = "consent", _("同意")

    key = models.TextField(_("用途"), unique=True)
    name = models.TextField(_("名称"))
    kind = models.TextField(_("类别"), choices=Kind)
    legal_basis = models.TextField(_("合法性基础"), choices=LegalBasis)
    is_sensitive = models.BooleanField(_("敏感个人信息"))
    needs_separate = models.BooleanField(_("须单独同意"))
    is_per_merchant = models.BooleanField(_("逐商户"))
    has_channels = models.BooleanField(_("区分渠道"))
    is_open_to_minors = models.BooleanField(_("未满十四周岁可用"))
    # Days a grant lasts; None: until it is withdrawn.
    valid_days = models.IntegerField(_("有效天数"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("用途")
        constraints = [
            models.CheckConstraint(
                name="purpose_sensitive_is_separate",
                condition=Q(is_sensitive=False) | Q(needs_separate=True),
            ),
            models.CheckConstraint(
                name="purpose_minors_only_service",
                condition=Q(is_open_to_minors=False) | Q(kind="service"),
            ),
            models.CheckConstraint(
                name="purpose_without_consent_only_service",
                condition=Q(legal_basis="consent") | Q(kind="service"),
            ),
            models.CheckConstraint(
                name="purpose_valid_some_days",
                condition=Q(valid_days=None) | Q(valid_days__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class NoticeVersion(Proposal):
    """The text that one person proposed and another one released; from then on it is never changed.

    `major` counts the changes of purpose, data or recipients: consent under a smaller one is stale.
    """

    public_id = PublicIdField("ntc", verbose_name=_("编号"))
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="notices", verbose_name=_("用途")
    )
    channel = models.TextField(_("渠道"), choices=Channel, default=Channel.NONE)
    locale = models.TextField(_("语言"), default="zh-Hans")
    title = models.CharField(_("标题"), max_length=80)
    body = models.TextField(_("正文"))
    data_categories = models.CharField(_("个人信息种类"), max_length=200)
    recipients = models.CharField(_("接收方"), max_length=200)
    retention = models.CharField(_("保存期限"), max_length=100)
    is_major_change = models.BooleanField(_("重大变更"))
    effective_from = models.DateTimeField(_("生效时间"))
    version = models.IntegerField(_("版本"), null=True, blank=True)
    major = models.IntegerField(_("重大版本"), null=True, blank=True)
    sha256 = models.CharField(_("文本摘要"), max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("告知文本")
        constraints = [
            *four_eyes_constraints(
                "notice_version",
                approved=Q(version__isnull=False, major__isnull=False, version__gte=1, major__gte=1)
                & Q(sha256__regex="^[0-9a-f]{64}$"),
                otherwise=Q(version=None, major=None, sha256=""),
            ),
            models.UniqueConstraint(
                fields=["purpose", "channel", "locale", "version"],
                name="notice_version_numbered_once",
            ),
            models.CheckConstraint(
                name="notice_version_says_something",
                condition=~Q(title="") & ~Q(body="") & ~Q(data_categories="") & ~Q(retention=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown_text(self) -> dict[str, Any]:
        """What the digest is of."""
        return {
            "purpose": self.purpose.key,
            "channel": self.channel,
            "locale": self.locale,
            "version": self.version,
            "title": self.title,
            "body": self.body,
            "data_categories": self.data_categories,
            "recipients": self.recipients,
            "retention": self.retention,
        }


class NoticeServed(models.Model):
    """A text was shown to somebody, on which screen of which version of the app."""

    public_id = PublicIdField("nsv", verbose_name=_("编号"))
    subject = models.ForeignKey(
        "consent.ConsentSubject", models.PROTECT, related_name="notices", verbose_name=_("主体")
    )
    notice = models.ForeignKey(
        NoticeVersion, models.PROTECT, related_name="servings", verbose_name=_("告知文本")
    )
    screen = models.CharField(_("页面"), max_length=60)
    app_version = models.CharField(_("小程序版本"), max_length=30)
    at = models.DateTimeField(_("展示时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("告知展示记录")
        constraints = [
            # For the foreign key by which an event names what was served to the same subject.
            models.UniqueConstraint(
                fields=["id", "subject", "notice"], name="notice_served_to_subject"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
