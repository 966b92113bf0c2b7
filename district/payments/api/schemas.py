"""What goes in and comes out of the endpoints of payments."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import InstantField
from district.payments.models import Order, PaymentRefund


class PaymentRefundOut(serializers.Serializer):
    """Money on its way back, or back."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(PaymentRefund.State.choices)
    title = serializers.CharField(source="get_state_display", help_text="the state in Chinese")
    amount_fen = serializers.IntegerField()
    reason = serializers.CharField()
    requested_at = InstantField()
    succeeded_at = InstantField(allow_null=True)


class PaymentOrderOut(serializers.Serializer):
    """An order and what came back of it."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(Order.State.choices)
    title = serializers.CharField(source="get_state_display", help_text="the state in Chinese")
    channel = serializers.CharField()
    purpose = serializers.CharField(help_text="what is paid for, such as `parking.stay`")
    subject = serializers.CharField(help_text="its id in that app")
    description = serializers.CharField()
    merchant_name = serializers.SerializerMethodField(
        help_text="null for what the district itself sells"
    )
    amount_fen = serializers.IntegerField()
    refunded_fen = serializers.SerializerMethodField(help_text="what is back with the payer")
    refunding_fen = serializers.SerializerMethodField(help_text="what is on its way back")
    created_at = InstantField()
    expires_at = InstantField(help_text="until when it can be paid")
    paid_at = InstantField(allow_null=True)
    closed_at = InstantField(allow_null=True)
    refunds = serializers.SerializerMethodField(help_text="those that failed are left out")

    def get_merchant_name(self, order: Order) -> str | None:
        return order.merchant.name if order.merchant else None

    def get_refunded_fen(self, order: Order) -> int:
        return sum(refund.amount_fen for refund in _refunds(order, {PaymentRefund.State.SUCCEEDED}))

    def get_refunding_fen(self, order: Order) -> int:
        return sum(refund.amount_fen for refund in _refunds(order, set(PaymentRefund.UNDER_WAY)))

    @extend_schema_field(PaymentRefundOut(many=True))
    def get_refunds(self, order: Order) -> list[dict[str, Any]]:
        return [
            PaymentRefundOut(refund).data
            for refund in _refunds(order, {*PaymentRefund.UNDER_WAY, PaymentRefund.State.SUCCEEDED})
        ]


class PaymentOrderPage(serializers.Serializer):
    results = PaymentOrderOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")


class PaymentParametersOut(serializers.Serializer):
    """How the phone pays: for the channel `wechat` these go into `wx.requestPayment` as they are."""

    channel = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())


def _refunds(order: Order, states: set[str]) -> list[PaymentRefund]:
    """Of all its payments, surplus too; read with the order."""
    return [
        refund
        for payment in order.payments.all()
        for refund in payment.refunds.all()
        if refund.state in states
    ]
