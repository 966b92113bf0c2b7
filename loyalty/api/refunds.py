"""Refunds at the till: preview, then post."""

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


class ReceiptRefunds(TillView):
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
        request_data = self.request_data(RefundIn)
        store, purchase_refund = _purchase_refund(
            self, request_data, refund_no=request_data["refund_no"]
        )
        refund = services.refund_purchase(
            store=store,
            purchase_refund=purchase_refund,
            actor=self.till.actor,
            key=self.key("refund", **request_data),
        )
        parked = isinstance(refund, ParkedRefund)
        answer = status.HTTP_202_ACCEPTED if parked else status.HTTP_201_CREATED
        return Response(rendered(RefundOut, refund), answer)


class ReceiptRefundPreviews(TillView):
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
        request_data = self.request_data(RefundPreviewIn)
        store, purchase_refund = _purchase_refund(self, request_data, refund_no="")
        receipt = queries.receipt_of(purchase_refund.receipt_store.pk, purchase_refund.receipt_no)
        if receipt is None:
            raise NotFound
        preview = services.preview_refund(
            receipt=receipt, store=store, fen=request_data["fen"], actor=self.till.actor
        )
        return Response(rendered(RefundPreviewOut, preview))


def _purchase_refund(view: TillView, request_data: dict[str, Any], *, refund_no: str) -> Any:
    # No alliance check: who has left must still be able to give money back.
    store = view.till.store(request_data["store"])
    bought_at = view.till.store(request_data.get("receipt_store", request_data["store"]))
    return store, services.PurchaseRefund(
        receipt_store=bought_at,
        receipt_no=request_data["receipt_no"],
        refund_no=refund_no,
        fen=request_data["fen"],
    )
