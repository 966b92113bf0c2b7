from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _


class Visit(models.Model):
    """A member shown to be at a store's counter, for a few minutes; without one nothing is spent."""

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="visits", verbose_name=_("会员")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="visits", verbose_name=_("门店")
    )
    till_key = models.ForeignKey(
        "merchants.TillKey", models.PROTECT, related_name="visits", verbose_name=_("收银密钥")
    )
    # The token is a keyed hash of the seed, so it can be said again but not read from here.
    seed = models.BinaryField(editable=False)
    token_hash = models.BinaryField(editable=False)
    opened_at = models.DateTimeField(_("开始时间"))
    expires_at = models.DateTimeField(_("结束时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("到店")
        constraints = [
            models.UniqueConstraint(fields=["token_hash"], name="visit_one_per_token"),
            models.CheckConstraint(
                name="visit_token_is_hashed",
                condition=Exact(Length("token_hash"), 32),
            ),
            models.CheckConstraint(
                name="visit_ends_after_it_opens", condition=Q(expires_at__gt=F("opened_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} @ {self.store_id}"
