from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ShopperSession(models.Model):
    """One sign-in of a member on a phone; the token itself is nowhere, only its digest."""

    token_hash = models.BinaryField()
    member = models.ForeignKey(
        "members.Member", models.CASCADE, related_name="sessions", verbose_name=_("会员")
    )
    created_at = models.DateTimeField(_("登录时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    last_used_at = models.DateTimeField(_("最近使用"))
    revoked_at = models.DateTimeField(_("退出时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("登录会话")
        constraints = [
            models.UniqueConstraint("token_hash", name="session_of_one_token"),
            models.CheckConstraint(
                name="session_ends_after_it_began", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]
        indexes = [models.Index("expires_at", name="session_by_end")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.created_at:%Y-%m-%d}"
