from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class Authorization(RetriedWork):
    """Whether a person lets WeChat tell us of payments; the attempts are those of asking WeChat.

    The openid itself stands with the member, who is found by its hash: a merger moves it there alone.
    """

    class State(models.TextChoices):
        AUTHORIZED = "authorized", _("已授权")
        WITHDRAWN = "withdrawn", _("已取消")

    openid_hash = models.BinaryField(_("openid 摘要"), editable=False)
    # WeChat's word for how the person came, stored as it is.
    kind = models.TextField(_("授权方式"), db_default="", default="", blank=True)
    state = models.TextField(_("状态"), choices=State, default=State.AUTHORIZED)
    authorized_at = models.DateTimeField(_("授权时间"))
    withdrawn_at = models.DateTimeField(_("取消时间"), null=True, blank=True)
    # No notice says that it ended: when WeChat was asked last.
    asked_at = models.DateTimeField(_("最近查询"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商圈授权")
        constraints = [
            models.UniqueConstraint("openid_hash", name="authorization_once_per_openid"),
            models.CheckConstraint(
                name="authorization_withdrawn_iff_dated",
                condition=Q(state="authorized", withdrawn_at=None)
                | Q(state="withdrawn", withdrawn_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="authorization_to_ask_about",
                condition=Q(state="authorized", set_aside_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
