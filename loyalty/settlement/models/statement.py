from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints
from district.kernel.text.money import MAX_FEN


class Statement(models.Model):
    """What a cycle comes to for one merchant: one figure, and what it is made of.

    The nets of a cycle come to nothing over all parties (trigger `statement_nets_come_to_nothing`).
    """

    public_id = PublicIdField("stm", verbose_name=_("编号"))
    cycle = models.ForeignKey(
        "settlement.Cycle", models.PROTECT, related_name="statements", verbose_name=_("周期")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    receivable = models.BigIntegerField(_("应收（分）"))
    payable = models.BigIntegerField(_("应付（分）"))
    fees = models.BigIntegerField(_("手续费（分）"))
    # What the alliance takes in; nothing for anybody else.
    fees_kept = models.BigIntegerField(_("手续费收入（分）"))
    credits = models.BigIntegerField(_("贷项（分）"))
    # What comes in less what goes out for other things than points.
    charges = models.BigIntegerField(_("其他款项（分）"))
    net = models.BigIntegerField(_("净额（分）"))
    # What the prefund that lies with the alliance pays of the payable.
    prefunded = models.BigIntegerField(_("预存支付（分）"))
    # What is really to be paid: to the merchant when positive, by the merchant when negative.
    due = models.BigIntegerField(_("应结（分）"))
    # Not money: this merchant's points that nobody spent.
    expired_points = models.BigIntegerField(_("过期积分"))
    hash = models.BinaryField(_("摘要"), max_length=32, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("结算单")
        constraints = [
            models.UniqueConstraint(fields=["cycle", "merchant"], name="statement_once_per_cycle"),
            models.CheckConstraint(
                name="statement_adds_up",
                condition=Q(
                    net=F("receivable")
                    - F("payable")
                    - F("fees")
                    + F("fees_kept")
                    + F("credits")
                    + F("charges"),
                    due=F("net") + F("prefunded"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class StatementPayment(models.Model):
    """Money that really went, as somebody noted it; a wrong note is taken back by another one.

    The payments of a statement are a chain: each says what was paid before and after it, and of two
    that know nothing of each other only one stands.
    """

    class Direction(models.TextChoices):
        TO_MERCHANT = "to_merchant", _("付给商户")
        FROM_MERCHANT = "from_merchant", _("商户付来")

    public_id = PublicIdField("pmt", verbose_name=_("编号"))
    statement = models.ForeignKey(
        Statement, models.PROTECT, related_name="payments", verbose_name=_("结算单")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    direction = models.TextField(_("方向"), choices=Direction)
    nth = models.IntegerField(_("序号"))
    # Negative when it takes back an earlier one.
    fen = models.BigIntegerField(_("金额（分）"))
    due = models.BigIntegerField(_("应结（分）"))
    before = models.BigIntegerField(_("此前已付（分）"))
    after = models.BigIntegerField(_("此后已付（分）"))
    # The bank's number: the same payment is noted once.
    reference = models.TextField(_("凭证号"))
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal",
        verbose_name=_("冲正自"),
    )
    note = models.TextField(_("说明"), db_default="", blank=True)
    paid_at = models.DateTimeField(_("付款时间"))
    recorded_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("结算付款")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "direction", "reference"], name="payment_once_per_reference"
            ),
            models.UniqueConstraint(fields=["statement", "nth"], name="payment_one_after_another"),
            models.CheckConstraint(
                name="payment_at_most_what_is_due",
                condition=Q(
                    nth__gte=1,
                    due__gt=0,
                    due__gte=F("after"),
                    before__gte=0,
                    after__gte=0,
                    after=F("before") + F("fen"),
                )
                & ~Q(reference=""),
            ),
            models.CheckConstraint(
                name="payment_negative_iff_it_reverses",
                condition=Q(fen__gt=0, reverses=None)
                | (Q(fen__lt=0, reverses__isnull=False) & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class Dispute(models.Model):
    """One side of a line says that it is wrong; the operator decides, once."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        UPHELD = "upheld", _("成立")
        REJECTED = "rejected", _("不成立")
        WITHDRAWN = "withdrawn", _("已撤回")

    public_id = PublicIdField("dsp", verbose_name=_("编号"))
    line = models.ForeignKey(
        "settlement.Line",
        models.PROTECT,
        db_constraint=False,
        related_name="disputes",
        verbose_name=_("清分明细"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("提出商户")
    )
    reason = models.TextField(_("理由"))
    state = models.TextField(_("状态"), choices=State, db_default="open", default=State.OPEN)
    opened_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    opened_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decision = models.TextField(_("处理意见"), db_default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("清分争议")
        constraints = [
            models.UniqueConstraint(
                fields=["line", "merchant"],
                name="dispute_one_open_per_side",
                condition=Q(state="open"),
            ),
            models.CheckConstraint(name="dispute_for_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="dispute_decided_once",
                condition=Q(state="open", decided_by=None, decided_at=None, decision="")
                | Q(state="withdrawn", decided_by__isnull=False, decided_at__isnull=False)
                | (
                    Q(
                        state__in=["upheld", "rejected"],
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                    )
                    & ~Q(decided_by=F("opened_by"))
                    & ~Q(decision="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class CreditNote(Proposal):
    """A correction after a cycle closed: one party owes another so much more, in the next cycle.

    One person proposes it, another one decides; a closed cycle never changes.
    """

    public_id = PublicIdField("crn", verbose_name=_("编号"))
    # The closed cycle it corrects, and the one it is settled in.
    corrects = models.ForeignKey(
        "settlement.Cycle", models.PROTECT, related_name="corrections", verbose_name=_("更正周期")
    )
    cycle = models.ForeignKey(
        "settlement.Cycle",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name=_("结算周期"),
    )
    payer = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("付方")
    )
    payee = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("收方")
    )
    fen = models.BigIntegerField(_("金额（分）"))
    reason = models.TextField(_("原因"))
    dispute = models.ForeignKey(
        Dispute,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="credit_notes",
        verbose_name=_("争议"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("贷项通知")
        constraints = [
            models.CheckConstraint(
                name="credit_note_between_two_for_a_reason",
                condition=Q(fen__gt=0, fen__lte=MAX_FEN) & ~Q(payer=F("payee")) & ~Q(reason=""),
            ),
            models.UniqueConstraint(
                fields=["dispute"],
                name="credit_note_once_per_dispute",
                condition=Q(dispute__isnull=False, state__in=["proposed", "approved"]),
            ),
            *four_eyes_constraints("credit_note", otherwise=Q(cycle=None)),
        ]

    def __str__(self) -> str:
        return self.public_id
