import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Func, IntegerField, Q
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField

CARD_BYTES, CARD_DIGITS = 8, 20


def new_card_id() -> bytes:
    return secrets.token_bytes(CARD_BYTES)


def _length_of(field: str) -> Func:
    return Func(F(field), function="octet_length", output_field=IntegerField())


class MemberQuerySet(models.QuerySet["Member"]):
    def open(self) -> "MemberQuerySet":
        """Members who have not closed their account."""
        return self.filter(closed_at=None)

    def locked(self, pk: int) -> "Member":
        """The member's row, held until this transaction ends."""
        return self.select_for_update(no_key=True).get(pk=pk)


class Member(models.Model):
    """A shopper who has joined; what could name the person stands here sealed or not at all."""

    public_id = PublicIdField("mem", verbose_name=_("会员编号"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="member", verbose_name=_("账号")
    )
    # Together with `user` a foreign key: a member's user is a shopper and stays one.
    user_kind = models.TextField(default="shopper", editable=False)
    nickname = models.CharField(_("昵称"), max_length=20, blank=True)
    card_id = models.BinaryField(_("卡标识"), max_length=CARD_BYTES, default=new_card_id)
    phone_hash = models.BinaryField(_("手机号摘要"), null=True, blank=True)
    phone_sealed = models.BinaryField(_("手机号密文"), null=True, blank=True)
    birthday_sealed = models.BinaryField(_("生日密文"), null=True, blank=True)
    joined_at = models.DateTimeField(_("入会时间"))
    closed_at = models.DateTimeField(_("注销时间"), null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("会员")
        constraints = [
            models.CheckConstraint(name="member_is_a_shopper", condition=Q(user_kind="shopper")),
            models.UniqueConstraint("card_id", name="card_of_one_member"),
            models.CheckConstraint(
                name="card_id_has_eight_bytes",
                condition=Exact(_length_of("card_id"), CARD_BYTES),
            ),
            models.UniqueConstraint(
                "phone_hash",
                name="phone_of_one_open_member",
                condition=Q(closed_at=None),
            ),
            models.CheckConstraint(
                name="phone_sealed_iff_hashed",
                condition=Q(phone_hash=None, phone_sealed=None)
                | Q(phone_hash__isnull=False, phone_sealed__isnull=False),
            ),
            models.CheckConstraint(
                name="member_closed_after_joining",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("joined_at")),
            ),
        ]
        indexes = [models.Index("joined_at", name="member_by_joining")]

    def __str__(self) -> str:
        return self.nickname or self.public_id

    @property
    def card_no(self) -> str:
        """The card's number as printed: twenty digits in fives of four."""
        digits = f"{int.from_bytes(self.card_id, 'big'):0{CARD_DIGITS}d}"
        return " ".join(digits[start : start + 4] for start in range(0, CARD_DIGITS, 4))


class MemberKey(models.Model):
    """The data key that seals one member's values, itself sealed by a master key.

    A table of its own: without its row every sealed value of the member is lost for good, which
    is what erasure means, and why it is left out of backups that are kept for long.
    """

    member = models.OneToOneField(
        Member, models.CASCADE, primary_key=True, related_name="key", verbose_name=_("会员")
    )
    master_version = models.SmallIntegerField(_("主密钥版本"))
    wrapped = models.BinaryField(_("数据密钥密文"))

    class Meta:
        verbose_name = verbose_name_plural = _("数据密钥")
        indexes = [models.Index("master_version", name="member_key_by_master")]

    def __str__(self) -> str:
        return f"{self.member_id} v{self.master_version}"


class WechatIdentity(models.Model):
    """A member's openid: the one place it lives, sealed, found by its keyed hash.

    One for each WeChat account the member came with: several once two members became one.
    """

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="identities", verbose_name=_("会员")
    )
    appid = models.TextField(_("小程序"))
    openid_hash = models.BinaryField(_("openid 摘要"))
    openid_sealed = models.BinaryField(_("openid 密文"))
    unionid_hash = models.BinaryField(_("unionid 摘要"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("微信身份")
        constraints = [models.UniqueConstraint("openid_hash", name="openid_of_one_member")]

    def __str__(self) -> str:
        return str(self.member_id)
