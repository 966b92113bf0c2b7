from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.fields import NameSearchField, NameSortField


class Merchant(models.Model):
    """A legal entity that runs stores and is settled with."""

    class State(models.TextChoices):
        ACTIVE = "active", _("正常")
        SUSPENDED = "suspended", _("暂停")

    class Kind(models.TextChoices):
        MERCHANT = "merchant", _("商户")
        # The alliance itself, which pays for points and keeps fees; it has no stores.
        ALLIANCE = "alliance", _("商圈联盟")
        # Public or charity money with an account of its own.
        FUND = "fund", _("专项资金")

    public_id = PublicIdField("mrc", verbose_name=_("编号"))
    kind = models.TextField(
        _("主体类型"), choices=Kind, default=Kind.MERCHANT, db_default="merchant", editable=False
    )
    name = models.CharField(_("名称"), max_length=80)
    name_key = NameSortField()
    search_key = NameSearchField()
    legal_name = models.CharField(_("登记名称"), max_length=120)
    uscc = models.CharField(
        _("统一社会信用代码"),
        max_length=18,
        unique=True,
        null=True,
        blank=True,
    )
    contact_name = models.CharField(_("联系人"), max_length=40, blank=True, default="")
    contact_phone = models.CharField(_("联系电话"), max_length=30, blank=True, default="")
    state = models.TextField(_("状态"), choices=State, default=State.ACTIVE)
    suspended_at = models.DateTimeField(_("暂停时间"), null=True, blank=True)
    suspended_for = models.CharField(_("暂停原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("商户")
        constraints = [
            # What lets a row elsewhere say "this party, which is of that kind" in a foreign key.
            models.UniqueConstraint(fields=["id", "kind"], name="merchant_of_one_kind"),
            models.UniqueConstraint(
                fields=["kind"], name="merchant_one_alliance", condition=Q(kind="alliance")
            ),
            models.CheckConstraint(name="merchant_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="merchant_uscc_of_eighteen",
                condition=Q(uscc__regex=r"^[0-9A-HJ-NP-RTUW-Y]{18}$"),
            ),
            models.CheckConstraint(
                name="merchant_suspended_iff_dated",
                condition=Q(state="active", suspended_at=None, suspended_for="")
                | Q(state="suspended", suspended_at__isnull=False),
            ),
        ]
        indexes = [models.Index("name_key", "public_id", name="merchant_by_name")]

    def __str__(self) -> str:
        return self.name
