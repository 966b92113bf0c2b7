from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class FundPayment(models.Model):
    """What the fund owes a shopper since a case came to the advance payment, whole or not at all.

    `seq` is the number of the case's event. A case that comes there again, after a denial or a reopening, is another
    row. `cancelled` where the case went another way first.
    """

    class State(models.TextChoices):
        DUE = "due", _("待付款")
        UNDER_WAY = "under_way", _("付款中")
        PAID = "paid", _("已赔付")
        CANCELLED = "cancelled", _("无需赔付")

    public_id = PublicIdField("fpy", verbose_name=_("编号"))
    case = models.ForeignKey(
        "complaints.CaseFile", models.PROTECT, related_name="+", verbose_name=_("案件")
    )
    seq = models.IntegerField(_("案件事件"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    state = models.TextField(_("状态"), choices=State, default=State.DUE)
    due_at = models.DateTimeField(_("转入时间"))
    paid_at = models.DateTimeField(_("赔付时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("先行赔付")
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="fund_payment_once_per_event"),
            models.UniqueConstraint(
                fields=["case"],
                name="fund_payment_one_open_per_case",
                condition=Q(state__in=["due", "under_way"]),
            ),
            models.CheckConstraint(
                name="fund_payment_of_some_money",
                condition=Q(amount_fen__gt=0, amount_fen__lte=MAX_FEN),
            ),
            models.CheckConstraint(
                name="fund_payment_paid_iff_dated",
                condition=Q(state="paid", paid_at__isnull=False)
                | (~Q(state="paid") & Q(paid_at=None)),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "due_at"], name="fund_payment_of_merchant")]

    def __str__(self) -> str:
        return self.public_id


class PaymentAttempt(models.Model):
    """Money on its way to the shopper: proposed by one person, let go by another, and what the bank made of it.

    Its amount is kept apart in the fund from the proposal on. `payee_hint` helps to find the payee and is no account:
    such as the last four digits. `is_surplus`: the money went although the case did not need it any more.
    """

    class Method(models.TextChoices):
        BANK = "bank", _("银行转账")
        CASH = "cash", _("现金")
        WECHAT = "wechat", _("微信商户平台转账")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        REJECTED = "rejected", _("已退回")
        SENT = "sent", _("已发出")
        SUCCEEDED = "succeeded", _("已到账")
        FAILED = "failed", _("未成功")

    OPEN = (State.PROPOSED, State.SENT)

    public_id = PublicIdField("fpa", verbose_name=_("编号"))
    payment = models.ForeignKey(
        FundPayment, models.PROTECT, related_name="attempts", verbose_name=_("赔付")
    )
    method = models.TextField(_("付款方式"), choices=Method)
    payee_hint = models.TextField(_("收款提示"), blank=True, default="")
    state = models.TextField(_("状态"), choices=State, default=State.PROPOSED)
    is_surplus = models.BooleanField(_("多付"), default=False, db_default=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision = models.TextField(_("复核意见"), blank=True, default="")
    # The bank's number or that of the receipt which the shopper signed.
    reference = models.TextField(_("付款凭证号"), blank=True, default="")
    outcome_note = models.TextField(_("结果说明"), blank=True, default="")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("登记人"),
    )
    ended_at = models.DateTimeField(_("登记时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("赔付付款")
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                name="fund_attempt_one_open",
                condition=Q(state__in=["proposed", "sent"]),
            ),
            models.UniqueConstraint(
                fields=["payment"],
                name="fund_attempt_pays_once",
                condition=Q(state="succeeded", is_surplus=False),
            ),
            models.UniqueConstraint(
                fields=["method", "reference"],
                name="fund_attempt_once_per_reference",
                condition=~Q(reference=""),
            ),
            models.CheckConstraint(
                name="fund_attempt_by_four_eyes",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="fund_attempt_says_what_its_state_needs",
                condition=Q(state="proposed", decided_by=None, decided_at=None, reference="")
                | Q(state="rejected", decided_at__isnull=False, reference="")
                | (
                    Q(state__in=["sent", "failed"], reference="")
                    | (Q(state="succeeded") & ~Q(reference=""))
                )
                & Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="fund_attempt_surplus_only_when_it_went",
                condition=Q(is_surplus=False) | Q(state="succeeded"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
