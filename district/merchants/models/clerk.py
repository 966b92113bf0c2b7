from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Clerk(models.Model):
    """A person's post at a merchant, from its beginning to its end."""

    class Role(models.TextChoices):
        OWNER = "owner", _("负责人")
        MANAGER = "manager", _("店长")
        CASHIER = "cashier", _("收银员")
        FINANCE = "finance", _("财务")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="posts", verbose_name=_("账号")
    )
    # Together with `user` a foreign key: no shopper's account ever holds a post.
    user_kind = models.TextField(default="staff", editable=False)
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="clerks", verbose_name=_("商户")
    )
    role = models.TextField(_("角色"), choices=Role)
    stores = models.ManyToManyField(
        "merchants.Store",
        through="merchants.ClerkStore",
        related_name="clerks",
        verbose_name=_("门店"),
        help_text=_("留空表示该商户的全部门店"),
    )
    appointed_at = models.DateTimeField(_("任命时间"))
    ended_at = models.DateTimeField(_("离任时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("店员")
        constraints = [
            models.CheckConstraint(name="clerk_is_staff", condition=Q(user_kind="staff")),
            models.CheckConstraint(
                name="clerk_in_a_known_role",
                condition=Q(role__in=["owner", "manager", "cashier", "finance"]),
            ),
            models.CheckConstraint(
                name="clerk_ends_after_it_began",
                condition=Q(ended_at=None) | Q(ended_at__gte=F("appointed_at")),
            ),
            models.UniqueConstraint(
                fields=["user"],
                name="clerk_one_live_post_per_user",
                condition=Q(ended_at=None),
                violation_error_message=_("该账号已在一家商户任职"),
            ),
            models.UniqueConstraint(fields=["id", "merchant"], name="clerk_of_one_merchant"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"


class ClerkStore(models.Model):
    """A store a clerk is limited to; the database holds both to one merchant."""

    clerk = models.ForeignKey(Clerk, models.CASCADE, related_name="limits")
    store = models.ForeignKey("merchants.Store", models.PROTECT, related_name="clerk_limits")
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = _("店员门店")
        constraints = [models.UniqueConstraint(fields=["clerk", "store"], name="clerk_store_once")]

    def __str__(self) -> str:
        return f"{self.clerk_id} {self.store_id}"
