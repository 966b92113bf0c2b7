"""A member's payments: what was ordered, paid and given back; and paying."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer, cursor_page
from district.members.api.base import ShopperView
from district.payments import errors, queries
from district.payments import services as payments
from district.payments.api import examples
from district.payments.api.schemas import PaymentOrderOut, PaymentOrderPage, PaymentParametersOut


class MyPayments(ShopperView):
    """/api/v1/me/payments: the newest first."""

    @extend_schema(
        operation_id="my_payments",
        summary="我的支付订单",
        responses=PaymentOrderPage,
        tags=["payments"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        rendered = cached_serializer(PaymentOrderOut).to_representation
        orders = queries.orders_of_member(self.member)
        return Response(cursor_page(request, orders, order=["-id"], render=rendered))


class MyPayment(ShopperView):
    """/api/v1/me/payments/{id}"""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_payment",
        summary="支付订单详情",
        responses=PaymentOrderOut,
        examples=[OpenApiExample("a part is on its way back", examples.ORDER_OUT)],
        tags=["payments"],
    )
    def get(self, request: Request, order: str) -> Response:
        found = queries.order_of_member(self.member, order)
        return Response(cached_serializer(PaymentOrderOut).to_representation(found))


class Pay(ShopperView):
    """POST /api/v1/me/payments/{id}/pay: what the phone needs. Each call gives what is valid now, so no key."""

    keyed = False
    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.ChannelNotOffered,
        errors.OrderAlreadyPaid,
        errors.OrderOver,
        errors.PayerUnknown,
        errors.PaymentUnavailable,
    )

    @extend_schema(
        operation_id="pay",
        summary="取得支付参数",
        description=(
            "For `wx.requestPayment`. That it succeeds on the phone proves nothing: ask for the order until it "
            "is `paid`. May be called again at any time, and gives fresh parameters when the old ones are over."
        ),
        request=None,
        responses={200: PaymentParametersOut},
        examples=[OpenApiExample("WeChat Pay", examples.PARAMETERS_OUT, response_only=True)],
        tags=["payments"],
    )
    def post(self, request: Request, order: str) -> Response:
        found = queries.order_of_member(self.member, order)
        rate_limits.hit("pay_member", self.member.pk)
        parameters = payments.prepare_payment(order=found)
        body = {"channel": found.channel, "parameters": parameters}
        return Response(PaymentParametersOut(body).data)
