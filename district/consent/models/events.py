"""Whose consent it is, every event of it in a chain, and what the events come to now."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.consent.models.notices import NoticeServed, NoticeVersion, Purpose
from district.consent.values import NO_HASH, Action, Channel, ConsentState, Origin

HEX = "^[0-9a-f]{64}$"


class ConsentSubject(models.Model):
    """Somebody by a number that names nobody: events stay when the identity of the member is erased.

    Its row is locked by every act, and holds the head of the chain.
    """

    uuid = models.UUIDField(_("主体编号"), unique=True, default=uuid.uuid4, editable=False)
    member = models.OneToOneField(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会员"),
    )
    is_minor = models.BooleanField(_("未满十四周岁"), default=False)
    event_count = models.IntegerField(_("事件数"), default=0)
    head_hash = models.CharField(_("链首摘要"), max_length=64, default=NO_HASH)

    class Meta:
        verbose_name = verbose_name_plural = _("同意主体")
        constraints = [
            models.CheckConstraint(
                name="consent_subject_has_head",
                condition=Q(event_count=0, head_hash=NO_HASH)
                | Q(event_count__gt=0, head_hash__regex=HEX),
            )
        ]

    def __str__(self) -> str:
        return str(self.uuid)


class ConsentEvent(models.Model):
    """One choice about one purpose, or its end; append-only, each with the hash of the one before it."""

    subject = models.ForeignKey(
        ConsentSubject, models.PROTECT, related_name="events", verbose_name=_("主体")
    )
    sequence = models.IntegerField(_("序号"))
    purpose = models.ForeignKey(
        Purpose, models.PROTECT, related_name="events", verbose_name=_("用途")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("商户"),
    )
    channel = models.TextField(_("渠道"), choices=Channel)
    action = models.TextField(_("动作"), choices=Action)
    origin = models.TextField(_("来源"), choices=Origin)
    notice = models.ForeignKey(
        NoticeVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("告知文本"),
    )
    served = models.ForeignKey(
        NoticeServed,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("展示记录"),
    )
    # Which switch of which screen, by which request.
    control_id = models.CharField(_("控件"), max_length=60, blank=True, default="")
    request_id = models.CharField(_("请求编号"), max_length=64, blank=True, default="")
    ip_prefix = models.CharField(_("网络前缀"), max_length=50, blank=True, default="")
    at = models.DateTimeField(_("时间"))
    prev_hash = models.CharField(_("前一摘要"), max_length=64)
    hash = models.CharField(_("摘要"), max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = _("同意事件")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "sequence"], name="consent_event_numbered_once"
            ),
            models.CheckConstraint(
                name="consent_event_in_chain",
                condition=Q(sequence=1, prev_hash=NO_HASH, hash__regex=HEX)
                | Q(sequence__gt=1, prev_hash__regex=HEX, hash__regex=HEX),
            ),
            models.CheckConstraint(
                name="consent_yes_names_notice_served",
                condition=Q(action__in=["deny", "withdraw", "expire"])
                | Q(action__in=["grant", "reaffirm"], notice__isnull=False, served__isnull=False),
            ),
            models.CheckConstraint(
                name="consent_yes_is_of_the_member",
                condition=Q(action__in=["deny", "withdraw", "expire"]) | Q(origin="member"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} · {self.sequence}"


class CurrentConsent(models.Model):
    """What the events of one switch come to; written with the event, rebuilt by rebuild_consents."""

    subject = models.ForeignKey(
        ConsentSubject, models.PROTECT, related_name="consents", verbose_name=_("主体")
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+", verbose_name=_("用途"))
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("商户"),
    )
    channel = models.TextField(_("渠道"), choices=Channel)
    state = models.TextField(_("状态"), choices=ConsentState)
    event = models.OneToOneField(
        ConsentEvent, models.PROTECT, related_name="+", verbose_name=_("事件")
    )
    # Of a grant: the text it was given on, and when it ends by itself.
    notice = models.ForeignKey(
        NoticeVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("告知文本"),
    )
    since = models.DateTimeField(_("起始时间"))
    expires_at = models.DateTimeField(_("到期时间"), null=True, blank=True)
    # Of a denial: before then nobody asks again.
    ask_again_at = models.DateTimeField(_("可再次询问时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("当前同意")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "purpose", "merchant", "channel"],
                name="current_consent_one_of_switch",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="current_consent_fits_state",
                condition=Q(state="granted", notice__isnull=False, ask_again_at=None)
                | Q(state="denied", notice=None, expires_at=None, ask_again_at__isnull=False)
                | Q(
                    state__in=["withdrawn", "expired"],
                    notice=None,
                    expires_at=None,
                    ask_again_at=None,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                name="current_consent_by_expiry",
                condition=Q(expires_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} · {self.purpose_id}"
