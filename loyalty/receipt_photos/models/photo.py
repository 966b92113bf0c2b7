from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class ReceiptPhoto(models.Model):
    """A bill a member photographed: what the member entered, and once only what became of it."""

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待审核")
        CONFLICTING = "conflicting", _("核对中")
        CONFIRMED = "confirmed", _("已入账")
        ALREADY_EARNED = "already_earned", _("已积过分")
        REJECTED = "rejected", _("未通过")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Reason(models.TextChoices):
        UNREADABLE = "unreadable", _("照片看不清，请重新拍摄完整、清晰的小票")
        NOT_A_RECEIPT = "not_a_receipt", _("照片里不是消费小票")
        OTHER_STORE = "other_store", _("小票不是这家门店的，请选择正确的门店")
        WRONG_DETAILS = "wrong_details", _("填写的单号、金额或时间与小票不一致")
        NOT_PAID = "not_paid", _("小票没有付款，或已经退款")
        DUPLICATE = "duplicate", _("这笔消费已经积过分")
        LAPSED = "lapsed", _("超过处理期限，已自动关闭")
        OTHER = "other", _("其他原因")

    OPEN = (State.SUBMITTED, State.CONFLICTING)

    public_id = PublicIdField("bph", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, db_index=False, verbose_name=_("商户")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, db_index=False, verbose_name=_("门店")
    )
    # As the member read it from the paper; what was posted stands in the receipt.
    receipt_no = models.TextField(_("小票号"))
    paid_fen = models.BigIntegerField(_("实付（分）"))
    paid_at = models.DateTimeField(_("支付时间"))
    fingerprint = models.BinaryField(_("账单指纹"), max_length=32, editable=False)
    # Of the file as it came: the same file again is worth a look, whoever sends it.
    digest = models.BinaryField(_("图片摘要"), max_length=32, editable=False)
    state = models.TextField(_("状态"), choices=State, default=State.SUBMITTED)
    reason = models.TextField(_("原因"), choices=Reason, db_default="", default="", blank=True)
    note = models.TextField(_("说明"), db_default="", default="", blank=True)
    # What it was posted as, or what the bill had earned already.
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="photos",
        verbose_name=_("入账小票"),
    )
    decided_by = models.TextField(_("处理人"), db_default="", default="", blank=True)
    at = models.DateTimeField(_("提交时间"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("拍照小票")
        constraints = [
            models.CheckConstraint(
                name="photo_of_some_money", condition=Q(paid_fen__gt=0, paid_fen__lte=MAX_FEN)
            ),
            models.CheckConstraint(
                name="photo_decided_once",
                condition=Q(
                    state__in=["submitted", "conflicting"],
                    receipt=None,
                    reason="",
                    decided_by="",
                    decided_at=None,
                )
                | (Q(decided_at__isnull=False) & ~Q(decided_by=""))
                & (
                    Q(state__in=["confirmed", "already_earned"], receipt__isnull=False, reason="")
                    | (Q(state="rejected", receipt=None) & ~Q(reason=""))
                    | Q(state="withdrawn", receipt=None, reason="")
                ),
            ),
            models.CheckConstraint(
                name="photo_other_reason_is_told", condition=~Q(reason="other") | ~Q(note="")
            ),
            models.UniqueConstraint(
                fields=["receipt"],
                name="photo_confirmed_is_one_receipt",
                condition=Q(state="confirmed"),
            ),
            models.UniqueConstraint(
                fields=["member", "fingerprint"],
                name="photo_once_while_open",
                condition=Q(state__in=["submitted", "conflicting"]),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="photo_by_member"),
            models.Index(fields=["merchant", "-id"], name="photo_by_merchant"),
            models.Index("digest", name="photo_by_digest"),
            models.Index(
                "at", name="photo_open", condition=Q(state__in=["submitted", "conflicting"])
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class PhotoPicture(models.Model):
    """The picture of a photographed bill, under the member's key; deleted some days after the decision.

    A table of its own: the list of photographs stays light, and forgetting a picture is one DELETE.
    """

    photo = models.OneToOneField(
        ReceiptPhoto,
        models.CASCADE,
        primary_key=True,
        related_name="picture",
        verbose_name=_("拍照小票"),
    )
    sealed = models.BinaryField(_("图片密文"), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("小票照片")

    def __str__(self) -> str:
        return f"{self.pk}"
