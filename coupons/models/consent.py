from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class ShareConsent(models.Model):
    """A merchant that a version names as a payer is asked whether it bears its share, in basis points.

    Asked when the version is submitted. An agreement carries over (`derived_from`): later versions of the
    template that name no larger share, and with `covers_later_coupons` later platform coupons, are agreed to
    at once, until the merchant revokes it. What is published stays as it was agreed to.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待答复")
        AGREED = "agreed", _("已同意")
        DECLINED = "declined", _("不同意")

    public_id = PublicIdField("csc", verbose_name=_("编号"))
    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        related_name="consents",
        verbose_name=_("券模板版本"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    bp = models.IntegerField(_("承担比例（万分比）"))
    asked_at = models.DateTimeField(_("征求时间"))
    state = models.TextField(_("状态"), choices=State, db_default="asked", default=State.ASKED)
    covers_later_coupons = models.BooleanField(
        _("以后不超过此比例的平台券一律同意"), db_default=False, default=False
    )
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("答复人"),
    )
    decided_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    # The earlier agreement this one follows from.
    derived_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("沿用")
    )
    revoked_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤回人"),
    )
    revoked_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("成本分担征询")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "merchant"], name="consent_asked_once_per_version"
            ),
            models.CheckConstraint(
                name="consent_to_a_part_of_the_whole", condition=Q(bp__gt=0, bp__lte=10_000)
            ),
            models.CheckConstraint(
                name="consent_given_by_somebody",
                condition=Q(
                    state="asked",
                    decided_by=None,
                    decided_at=None,
                    derived_from=None,
                    covers_later_coupons=False,
                )
                | Q(
                    state="agreed",
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    derived_from=None,
                )
                | Q(
                    state="agreed",
                    decided_at__isnull=False,
                    decided_by=None,
                    derived_from__isnull=False,
                    covers_later_coupons=False,
                )
                | Q(
                    state="declined",
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    derived_from=None,
                    covers_later_coupons=False,
                ),
            ),
            models.CheckConstraint(
                name="consent_revoked_by_somebody",
                condition=Q(revoked_by=None, revoked_at=None)
                | Q(revoked_by__isnull=False, revoked_at__isnull=False, state="agreed"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["merchant", "-id"],
                name="consent_in_force",
                condition=Q(state="agreed", revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
