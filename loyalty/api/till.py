"""What a merchant's till does with points: post a receipt, take points, undo."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import DomainError, NotFound
from district.merchants import errors as merchants
from district.merchants.api.base import RememberedTillView, TillView
from district.merchants.queries import visit_at
from loyalty import errors, queries, services, values
from loyalty.api import examples
from loyalty.api.schemas import (
    ReceiptIn,
    ReceiptOut,
    ReversalIn,
    SpendingIn,
    TransferOut,
    rendered,
)
from loyalty.api.schemas_holds import HoldOut
from loyalty.models import Hold
from loyalty.results import ReceiptResult

_AT_A_STORE = (*TillView.refusals, merchants.StoreNotYours, merchants.StoreNotInAlliance)


class Receipts(RememberedTillView):
    """POST /api/v1/till/receipts: a purchase earns points at the merchant's terms.

    Points above a ceiling wait for a person: the receipt is posted, `review` says so and why.
    """

    refusals = (
        *_AT_A_STORE,
        merchants.MemberNotFound,
        errors.AccountMerged,
        errors.PurchaseAlreadyEarned,
        errors.NoTerms,
        errors.ReceiptAlreadyPosted,
        errors.ReceiptFromTheFuture,
        errors.ReceiptTooOld,
    )

    @extend_schema(
        operation_id="post_receipt",
        summary="小票入账",
        request=ReceiptIn,
        responses={201: ReceiptOut},
        examples=[
            OpenApiExample("a purchase", examples.RECEIPT_IN, request_only=True),
            OpenApiExample("posted", examples.RECEIPT_OUT, response_only=True),
            OpenApiExample("waits for a person", examples.RECEIPT_WAITS, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(ReceiptIn)
        purchase = values.ReportedPurchase(
            receipt_no=request_data["receipt_no"],
            paid_fen=request_data["paid_fen"],
            paid_at=request_data["paid_at"],
            source="till",
        )
        receipt = self._earn_at_once(request_data, purchase) or services.earn_points(
            store=self.till.alliance_store(request_data["store"]),
            member=queries.member_to_credit(request_data["member"]),
            purchase=purchase,
            actor=self.till.actor,
            key=self.key("earn", **request_data),
        )
        return Response(rendered(ReceiptOut, receipt), status.HTTP_201_CREATED)

    def _earn_at_once(
        self, request_data: dict[str, Any], purchase: values.ReportedPurchase
    ) -> ReceiptResult | None:
        if self.remembered is None:
            return None
        try:
            return services.earn_points_at_till(
                till=self.remembered,
                store=request_data["store"],
                member=request_data["member"],
                purchase=purchase,
                key=self.key("earn", **request_data),
            )
        except DomainError:
            return None


class Spendings(TillView):
    """POST /api/v1/till/spendings: a member at the counter pays with points.

    From a number of points on the member confirms on the phone: then the answer is 202 with a hold,
    and `GET /till/holds/{id}` tells what came of it.
    """

    refusals = (
        *_AT_A_STORE,
        merchants.VisitUnknown,
        merchants.VisitElsewhere,
        merchants.VisitOver,
        errors.AccountFrozen,
        errors.AccountMerged,
        errors.InsufficientPoints,
        errors.RequestAlreadyPosted,
    )

    @extend_schema(
        operation_id="spend_points",
        summary="积分抵扣",
        request=SpendingIn,
        responses={201: TransferOut, 202: HoldOut},
        examples=[
            OpenApiExample("sixty points", examples.SPENDING_IN, request_only=True),
            OpenApiExample("spent", examples.SPENT, response_only=True, status_codes=["201"]),
            OpenApiExample("asked", examples.ASKED, response_only=True, status_codes=["202"]),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(SpendingIn)
        store = self.till.alliance_store(request_data["store"])
        visit = visit_at(visit_token=request_data["visit"], till=self.till, store=store)
        # The member, not the token: a till that crashed asks again with a new look-up.
        del request_data["visit"]
        spent = services.spend_points(
            visit=visit,
            points=request_data["points"],
            request_no=request_data["request_no"],
            actor=self.till.actor,
            key=self.key("spend", member=visit.member_id, **request_data),
        )
        if isinstance(spent, Hold):
            return Response(rendered(HoldOut, spent), status.HTTP_202_ACCEPTED)
        return Response(rendered(TransferOut, spent), status.HTTP_201_CREATED)


class TransferReversals(TillView):
    """POST /api/v1/till/reversals: an earning or spending of this merchant is undone.

    A bill told for the wrong member: its earning is undone whole here, and then the bill may be told
    for the right one, once. A spending's points go to whoever has the member's points today.
    """

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        NotFound,
        errors.TransferNotReversible,
    )

    @extend_schema(
        operation_id="reverse_transfer",
        summary="冲正",
        request=ReversalIn,
        responses={201: TransferOut},
        examples=[
            OpenApiExample("wrong member", examples.WRONG_MEMBER_IN, request_only=True),
            OpenApiExample("goods came back", examples.REVERSAL_IN, request_only=True),
            OpenApiExample("earning undone", examples.WRONG_MEMBER, response_only=True),
            OpenApiExample("spending undone", examples.REVERSED, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(ReversalIn)
        # No alliance check: who has left must still be able to put its own mistakes right.
        store = self.till.store(request_data["store"])
        origin = queries.transfer_of_merchant(self.till.merchant.pk, request_data["transfer"])
        transfer = services.reverse_transfer(
            transfer=origin,
            store=store,
            reason=request_data["reason"],
            actor=self.till.actor,
            key=self.key("reverse", **request_data),
            points=request_data.get("points"),
        )
        return Response(rendered(TransferOut, transfer), status.HTTP_201_CREATED)
