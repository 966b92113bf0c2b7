"""What a merchant's till does with points: post a receipt, take points, undo."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import visit_at
from loyalty import errors, ledger, queries, services
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

_AT_A_STORE = (*TillView.refusals, merchants.StoreNotYours, merchants.StoreNotInAlliance)


class Receipts(TillView):
    """POST /api/v1/till/receipts: a purchase earns points at the merchant's terms.

    Points above a ceiling wait for a person: the receipt is posted, `review` says so and why.
    """

    refusals = (
        *_AT_A_STORE,
        merchants.MemberNotFound,
        errors.AccountMerged,
        errors.BillAlreadyEarned,
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
        asked = self.asked(ReceiptIn)
        receipt = services.earn_points(
            store=self.till.alliance_store(asked["store"]),
            member=queries.member_to_credit(asked["member"]),
            bill=ledger.Bill(
                receipt_no=asked["receipt_no"],
                paid_fen=asked["paid_fen"],
                paid_at=asked["paid_at"],
                source="till",
            ),
            actor=self.till.actor,
            key=self.key("earn", **asked),
        )
        return Response(rendered(ReceiptOut, receipt), status.HTTP_201_CREATED)


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
        asked = self.asked(SpendingIn)
        store = self.till.alliance_store(asked["store"])
        visit = visit_at(visit_token=asked["visit"], till=self.till, store=store)
        # The member, not the token: a till that crashed asks again with a new look-up.
        del asked["visit"]
        spent = services.spend_points(
            visit=visit,
            points=asked["points"],
            request_no=asked["request_no"],
            actor=self.till.actor,
            key=self.key("spend", member=visit.member_id, **asked),
        )
        if isinstance(spent, Hold):
            return Response(rendered(HoldOut, spent), status.HTTP_202_ACCEPTED)
        return Response(rendered(TransferOut, spent), status.HTTP_201_CREATED)


class Reversals(TillView):
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
        asked = self.asked(ReversalIn)
        # No alliance check: who has left must still be able to put its own mistakes right.
        store = self.till.store(asked["store"])
        origin = queries.transfer_of_merchant(self.till.merchant.pk, asked["transfer"])
        transfer = services.reverse_transfer(
            transfer=origin,
            store=store,
            reason=asked["reason"],
            actor=self.till.actor,
            key=self.key("reverse", **asked),
            points=asked.get("points"),
        )
        return Response(rendered(TransferOut, transfer), status.HTTP_201_CREATED)
