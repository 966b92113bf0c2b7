"""The charter by versions, and the pledges of merchants to keep one of them."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class CharterVersion(Proposal):
    """A text of the charter that one person proposed; another one publishes it, and it holds from then on.

    The version published last is in force. A published text is never changed.
    """

    public_id = PublicIdField("chv", verbose_name=_("编号"))
    title = models.CharField(_("名称"), max_length=80)
    text = models.TextField(_("正文"))

    class Meta:
        verbose_name = verbose_name_plural = _("联盟公约")
        constraints = [
            *four_eyes_constraints("charter_version"),
            models.CheckConstraint(
                name="charter_version_says_something", condition=~Q(title="") & ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CharterPledge(models.Model):
    """诚信承诺: a merchant keeps a version of the charter, and says so publicly in its own words.

    It ends when the merchant signs another version, or when the notice of its leaving is over.
    """

    public_id = PublicIdField("chp", verbose_name=_("编号"))
    version = models.ForeignKey(
        CharterVersion, models.PROTECT, related_name="pledges", verbose_name=_("公约")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="charter_pledges", verbose_name=_("商户")
    )
    pledge = models.CharField(_("诚信承诺"), max_length=300)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("签署人"),
    )
    signed_at = models.DateTimeField(_("签署时间"))
    notice_at = models.DateTimeField(_("提出退出时间"), null=True, blank=True)
    leave_reason = models.CharField(_("退出原因"), max_length=200, blank=True, default="")
    # Exclusive: from then on the merchant is no longer under it.
    ends_at = models.DateTimeField(_("终止时间"), null=True, blank=True)
    replaced_at = models.DateTimeField(_("由新版接替时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("诚信承诺")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"],
                name="charter_pledge_one_open",
                condition=Q(replaced_at=None, ends_at=None),
            ),
            models.CheckConstraint(name="charter_pledge_in_words", condition=~Q(pledge="")),
            models.CheckConstraint(
                name="charter_pledge_left_with_notice",
                condition=Q(notice_at=None, ends_at=None, leave_reason="")
                | Q(notice_at__isnull=False, ends_at__isnull=False)
                & Q(notice_at__gte=F("signed_at"), ends_at__gt=F("notice_at"))
                & ~Q(leave_reason=""),
            ),
            models.CheckConstraint(
                name="charter_pledge_replaced_later",
                condition=Q(replaced_at=None) | Q(replaced_at__gte=F("signed_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-signed_at"], name="charter_pledge_by_merchant")
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} · {self.version_id}"
