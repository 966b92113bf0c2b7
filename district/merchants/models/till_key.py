from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class TillKey(models.Model):
    """What a till shows to speak for its merchant in the stores named here, and in no other."""

    public_id = PublicIdField("key", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="till_keys", verbose_name=_("商户")
    )
    name = models.CharField(_("名称"), max_length=60)
    prefix = models.CharField(_("前缀"), max_length=16, editable=False)
    secret_hash = models.BinaryField(_("密钥摘要"))
    stores = models.ManyToManyField(
        "merchants.Store",
        through="merchants.TillKeyStore",
        related_name="till_keys",
        verbose_name=_("门店"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("签发人"),
    )
    created_at = models.DateTimeField(_("签发时间"))
    last_used_at = models.DateTimeField(_("最近使用"), null=True, blank=True)
    expires_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("吊销时间"), null=True, blank=True)
    replaced_by = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        verbose_name=_("更换为"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("收银密钥")
        constraints = [
            models.UniqueConstraint(fields=["prefix"], name="till_key_one_per_prefix"),
            models.CheckConstraint(name="till_key_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="till_key_prefix_of_twelve", condition=Q(prefix__regex=r"^[0-9A-Za-z]{12}$")
            ),
            models.CheckConstraint(
                name="till_key_secret_is_hashed",
                condition=Exact(Length("secret_hash"), 32),
            ),
            models.CheckConstraint(
                name="till_key_replaced_by_another_and_then_ends",
                condition=Q(replaced_by=None)
                | (~Q(replaced_by=F("id")) & Q(expires_at__isnull=False)),
            ),
            models.UniqueConstraint(fields=["id", "merchant"], name="till_key_of_one_merchant"),
        ]

    def __str__(self) -> str:
        return f"{self.name} tk_{self.prefix}…"


class TillKeyStore(models.Model):
    """A store a till key opens; the database holds both to one merchant."""

    till_key = models.ForeignKey(TillKey, models.CASCADE, related_name="scope")
    store = models.ForeignKey("merchants.Store", models.PROTECT, related_name="till_key_scope")
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("密钥门店")
        constraints = [
            models.UniqueConstraint(fields=["till_key", "store"], name="till_key_store_once")
        ]

    def __str__(self) -> str:
        return f"{self.till_key_id} {self.store_id}"
