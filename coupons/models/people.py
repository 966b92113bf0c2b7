from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MemberTag(models.Model):
    """A mark a member bears, and who gave it: a merchant (as a restaurant for a clean plate, 光盘), or
    without one the operator. Campaigns ask for it."""

    member = models.ForeignKey(
        "members.Member", models.CASCADE, related_name="tags", verbose_name=_("会员")
    )
    tag = models.CharField(_("标签"), max_length=30)
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("授予商户"),
    )
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("授予时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("会员标签")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "tag", "merchant"], name="member_tag_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="member_tag_is_a_word", condition=Q(tag__regex=r"^[a-z][a-z0-9_]{0,29}$")
            ),
        ]

    def __str__(self) -> str:
        return self.tag


class CouponGift(models.Model):
    """A coupon that changed hands, which each may do once."""

    coupon = models.OneToOneField(
        "coupons.Coupon", models.PROTECT, related_name="gift", verbose_name=_("优惠券")
    )
    giver = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("赠送人")
    )
    receiver = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("受赠人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("转赠记录")
        constraints = [
            models.CheckConstraint(
                name="coupon_given_to_another", condition=~Q(giver=models.F("receiver"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.coupon_id}"


class PaperCode(models.Model):
    """A printed number with a PIN for somebody without a phone; of five wrong PINs the last closes it."""

    TRIES = 5

    coupon = models.OneToOneField(
        "coupons.Coupon", models.PROTECT, related_name="paper", verbose_name=_("优惠券")
    )
    number = models.CharField(_("券码"), max_length=12, unique=True)
    pin_hash = models.BinaryField(_("密码摘要"), max_length=32, editable=False)
    tries_left = models.IntegerField(_("剩余次数"), default=TRIES)
    at = models.DateTimeField(_("生成时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("纸质券码")
        constraints = [
            models.CheckConstraint(
                name="paper_code_guessed_five_times",
                condition=Q(tries_left__gte=0, tries_left__lte=5),
            ),
            models.CheckConstraint(
                name="paper_code_of_twelve_digits", condition=Q(number__regex=r"^[0-9]{12}$")
            ),
        ]

    def __str__(self) -> str:
        return self.number
