from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class CreditCode(models.Model):
    """The code that hangs at a store's counter; a store has one that is live, and those before it.

    The public id is random, so a rotated code cannot be guessed from an old one. What is printed is signed
    (`credit/code_links.py`) and can be signed again by a newer key.
    """

    class State(models.TextChoices):
        LIVE = "live", _("使用中")
        ROTATED = "rotated", _("已换新码")
        REVOKED = "revoked", _("已吊销")

    public_id = PublicIdField("crc", verbose_name=_("编号"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="credit_codes", verbose_name=_("门店")
    )
    number = models.PositiveIntegerField(_("第几码"))
    state = models.TextField(_("状态"), choices=State, db_default="live", default=State.LIVE)
    issued_at = models.DateTimeField(_("发码时间"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("发码人"),
    )
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("停用人"),
    )
    end_reason = models.CharField(
        _("停用原因"), max_length=200, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = verbose_name_plural = _("诚信码")
        constraints = [
            models.UniqueConstraint(
                fields=["store"], name="credit_code_one_live_per_store", condition=Q(state="live")
            ),
            models.UniqueConstraint(
                fields=["store", "number"], name="credit_code_numbered_in_its_store"
            ),
            models.CheckConstraint(
                name="credit_code_numbered_from_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="credit_code_ended_iff_dated_with_a_reason",
                condition=Q(state="live", ended_at=None, end_reason="")
                | Q(state__in=["rotated", "revoked"], ended_at__isnull=False) & ~Q(end_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.store} · {self.number}"


class StoreScanCount(models.Model):
    """How often codes of a store were opened on a Shanghai day, in slots so that scans do not wait for each other.

    Nothing is kept of who scanned.
    """

    store = models.ForeignKey("merchants.Store", models.PROTECT, related_name="credit_scans")
    day = models.DateField()
    slot = models.PositiveSmallIntegerField()
    count = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = verbose_name_plural = _("扫码次数")
        constraints = [
            models.UniqueConstraint(fields=["store", "day", "slot"], name="scan_count_once_a_slot"),
            models.CheckConstraint(name="scan_count_of_scans", condition=Q(count__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.store_id} {self.day}"
