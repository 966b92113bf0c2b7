from django.db import models
from django.utils.translation import gettext_lazy as _


class WechatPayer(models.Model):
    """Who complained at WeChat, known by the openid's keyed hash alone: a member, or a stand-in for somebody who
    has not joined, in whose name the cases are kept until then.
    """

    openid_hash = models.BinaryField(_("openid 摘要"), editable=False)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会员"),
    )
    # The member is the stand-in.
    is_absent = models.BooleanField(_("未入会"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("微信投诉人")
        constraints = [
            models.UniqueConstraint("openid_hash", name="wechat_payer_once_per_openid"),
            models.CheckConstraint(
                name="wechat_payer_absent_has_a_stand_in",
                condition=models.Q(is_absent=False) | models.Q(member__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
