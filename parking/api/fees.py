"""What is due of a member's stays, quotes and their payment; minutes that tills give for receipts."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors as coupons
from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.http.api import cached_serializer
from district.members.api.base import ShopperView
from district.members.errors import AccountClosed
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import require_live, visit_at
from district.payments.errors import ChannelNotOffered
from loyalty import errors as loyalty
from parking import errors
from parking import services as parking
from parking.api import examples_fees as examples
from parking.api.schemas_fees import (
    ParkingQuoteOut,
    QuoteIn,
    StayFeeDueOut,
    ValidationIn,
    ValidationOut,
)
from parking.models import ParkingQuote
from parking.queries.fees import due_of, quote_of, usable_coupons
from parking.queries.stays import stay_of, stay_to_validate

CHANNEL = "wechat"
_QUOTED = OpenApiExample("quoted", examples.QUOTE, response_only=True)


def _out(quote: ParkingQuote) -> Any:
    return cached_serializer(ParkingQuoteOut).to_representation(quote)


class StayFee(ShopperView):
    """GET /api/v1/me/parking/stays/{stay}/fee"""

    refusals = (*ShopperView.refusals, NotFound, errors.FeeUnknown)

    @extend_schema(
        operation_id="my_parking_fee",
        summary="停车费与可用优惠",
        responses=StayFeeDueOut,
        examples=[OpenApiExample("example", examples.FEE, response_only=True)],
        tags=["parking"],
    )
    def get(self, request: Request, stay: str) -> Response:
        found, now = stay_of(self.member, stay), clock.now()
        due = due_of(found, now)
        if due is None:
            raise errors.FeeUnknown
        body = {
            **{name: getattr(due, name) for name in ("gross_fen", "paid_fen", "due_fen", "price")},
            **{name: getattr(due, name) for name in ("credited_minutes", "free_until")},
            "exit_until": due.exit_until,
            "coupons": usable_coupons(self.member, found, due, now),
            "takes_coupons": found.car_park.store_id is not None,
        }
        return Response(cached_serializer(StayFeeDueOut).to_representation(body))


class StayQuotes(ShopperView):
    """POST /api/v1/me/parking/stays/{stay}/quotes: valid for five minutes; where no money is left it is paid at once."""

    refusals = (
        *ShopperView.refusals,
        NotFound,
        coupons.CouponNotUsable,
        errors.FeeUnknown,
        errors.NothingDue,
        errors.QuoteOfAnother,
        errors.TakesNoCoupons,
        loyalty.AccountFrozen,
        loyalty.InsufficientPoints,
    )

    @extend_schema(
        operation_id="quote_parking_fee",
        summary="停车费报价",
        request=QuoteIn,
        responses={201: ParkingQuoteOut},
        examples=[
            OpenApiExample("a coupon and points", examples.QUOTE_IN, request_only=True),
            OpenApiExample("quoted", examples.QUOTE, response_only=True, status_codes=["201"]),
        ],
        tags=["parking"],
    )
    def post(self, request: Request, stay: str) -> Response:
        asked = self.request_data(QuoteIn)
        found = stay_of(self.member, stay)
        scope = f"member:{self.member.pk}:parking_quote"
        key = self.idempotency_key(scope, stay=found.public_id, **asked)
        made = parking.quote_fee(
            stay=found,
            member=self.member,
            coupons=asked["coupons"],
            points=asked["points"],
            key=key,
        )
        return Response(_out(made), status.HTTP_201_CREATED)


class StayQuote(ShopperView):
    """/api/v1/me/parking/quotes/{quote}: one that is over says so when it is looked at; DELETE gives back what is set aside."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="parking_quote",
        summary="报价详情",
        responses=ParkingQuoteOut,
        examples=[_QUOTED],
        tags=["parking"],
    )
    def get(self, request: Request, quote: str) -> Response:
        found, now = quote_of(self.member, quote), clock.now()
        is_over = found.order is None and found.valid_until <= now
        if found.state == ParkingQuote.State.QUOTED and is_over:
            parking.expire_quote(quote=found, at=now)
            found = quote_of(self.member, quote)
        return Response(_out(found))

    @extend_schema(
        operation_id="withdraw_parking_quote",
        summary="放弃报价",
        responses={200: ParkingQuoteOut},
        tags=["parking"],
    )
    def delete(self, request: Request, quote: str) -> Response:
        found = quote_of(self.member, quote)
        return Response(_out(parking.withdraw_quote(quote=found)))


class PayStayQuote(ShopperView):
    """POST /api/v1/me/parking/quotes/{quote}/pay: the order of what is left, however often it is asked for."""

    keyed = False
    refusals = (
        *ShopperView.refusals,
        NotFound,
        AccountClosed,
        ChannelNotOffered,
        errors.QuoteNotOpen,
    )

    @extend_schema(
        operation_id="pay_parking_quote",
        summary="支付停车费",
        request=None,
        responses={200: ParkingQuoteOut},
        examples=[_QUOTED],
        tags=["parking"],
    )
    def post(self, request: Request, quote: str) -> Response:
        found = quote_of(self.member, quote)
        return Response(_out(parking.pay_fee(quote=found, channel=CHANNEL)))


class Validations(TillView):
    """POST /api/v1/parking/validations: minutes of parking for a receipt (消费满减停车), paid by the merchant."""

    refusals = (
        *TillView.refusals,
        NotFound,
        errors.BelowValidation,
        errors.PlateInvalid,
        errors.ReceiptValidatedAlready,
        merchants.StoreNotInAlliance,
        merchants.StoreNotYours,
        merchants.VisitElsewhere,
        merchants.VisitOver,
        merchants.VisitUnknown,
    )

    @extend_schema(
        operation_id="validate_parking",
        summary="消费减免停车",
        request=ValidationIn,
        responses={201: ValidationOut},
        examples=[
            OpenApiExample("a plate", examples.VALIDATION_IN, request_only=True),
            OpenApiExample(
                "two hours", examples.VALIDATION, response_only=True, status_codes=["201"]
            ),
        ],
        tags=["parking"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(ValidationIn)
        store, visit = self.till.alliance_store(asked["store"]), None
        if "visit" in asked:
            visit = visit_at(visit_token=asked["visit"], till=self.till, store=store)
            require_live(visit)
        made = parking.grant_validation(
            store=store,
            receipt_no=asked["receipt_no"],
            paid_fen=asked["paid_fen"],
            plate=asked.get("plate", ""),
            colour=asked.get("colour", ""),
            stay=stay_to_validate(asked["stay"]) if "stay" in asked else None,
            member=visit.member if visit else None,
            actor=self.till.actor,
            key=self.key("validate_parking", **asked),
        )
        return Response(
            cached_serializer(ValidationOut).to_representation(made), status.HTTP_201_CREATED
        )
