"""Refunds at the till: look first, then post."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from loyalty import errors, queries, services
from loyalty.api import examples
from loyalty.api.schemas import rendered
from loyalty.api.schemas_refunds import RefundIn, RefundOut, RefundPreviewIn, RefundPreviewOut
from loyalty.models import ParkedRefund


class Refunds(TillView):
    """POST /api/v1/till/refunds: a part or all of a purchase is given back.

    A receipt we do not know parks the refund (202): it is posted as soon as the receipt arrives.
    """

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        errors.RefundAlreadyPosted,
        errors.RefundExceedsPayment,
    )

    @extend_schema(
        operation_id="post_refund",
        summary="退货",
        request=RefundIn,
        responses={201: RefundOut, 202: RefundOut},
        examples=[
            OpenApiExample("thirty yuan of it", examples.REFUND_IN, request_only=True),
            OpenApiExample("posted", examples.REFUNDED, response_only=True, status_codes=["201"]),
            OpenApiExample("parked", examples.PARKED, response_only=True, status_codes=["202"]),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(RefundIn)
        store, returned = _returned(self, asked, refund_no=asked["refund_no"])
        refund = services.refund_purchase(
            store=store, returned=returned, actor=self.till.actor, key=self.key("refund", **asked)
        )
        parked = isinstance(refund, ParkedRefund)
        answer = status.HTTP_202_ACCEPTED if parked else status.HTTP_201_CREATED
        return Response(rendered(RefundOut, refund), answer)


class RefundPreviews(TillView):
    """POST /api/v1/till/refunds/preview: what a refund would do; nothing is written."""

    keyed = False
    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        NotFound,
        errors.RefundExceedsPayment,
    )

    @extend_schema(
        operation_id="preview_refund",
        summary="退货试算",
        request=RefundPreviewIn,
        responses={200: RefundPreviewOut},
        examples=[
            OpenApiExample("thirty yuan of it", examples.PREVIEW_IN, request_only=True),
            OpenApiExample("what it would do", examples.PREVIEW, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(RefundPreviewIn)
        store, returned = _returned(self, asked, refund_no="")
        receipt = queries.receipt_of(returned.receipt_store.pk, returned.receipt_no)
        if receipt is None:
            raise NotFound
        preview = services.preview_refund(
            receipt=receipt, store=store, fen=asked["fen"], actor=self.till.actor
        )
        return Response(rendered(RefundPreviewOut, preview))


def _returned(view: TillView, asked: dict[str, Any], *, refund_no: str) -> Any:
    # No alliance check: who has left must still be able to give money back.
    store = view.till.store(asked["store"])
    bought_at = view.till.store(asked.get("receipt_store", asked["store"]))
    return store, services.Returned(
        receipt_store=bought_at,
        receipt_no=asked["receipt_no"],
        refund_no=refund_no,
        fen=asked["fen"],
    )
