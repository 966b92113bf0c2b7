"""Day-end reconciliation at the till."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from loyalty.api.schemas import rendered
from loyalty.receipt_batches import queries, services
from loyalty.receipt_batches.api import examples
from loyalty.receipt_batches.api.schemas_reconciliation import (
    ReconciliationIn,
    ReconciliationOut,
    counted,
)

_RECONCILED = OpenApiExample("one receipt never came", examples.RECONCILED, response_only=True)


class Reconciliations(TillView):
    """POST /api/v1/till/reconciliations: a store's day as the till counted it, beside ours."""

    refusals = (*TillView.refusals, merchants.StoreNotYours)

    @extend_schema(
        operation_id="reconcile_day",
        summary="日终对账",
        request=ReconciliationIn,
        responses={201: ReconciliationOut},
        examples=[
            OpenApiExample("a day", examples.RECONCILIATION_IN, request_only=True),
            _RECONCILED,
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(ReconciliationIn)
        # No alliance check: who has left still has to close the books.
        row = services.reconcile_day(
            store=self.till.store(request_data["store"]),
            day=request_data["day"],
            till_totals=services.DayTotals(
                receipts=counted(request_data["receipts"], "fen"),
                refunds=counted(request_data["refunds"], "fen"),
                spendings=counted(request_data["spendings"], "points"),
            ),
            actor=self.till.actor,
            key=self.key("reconcile", **request_data),
        )
        return Response(rendered(ReconciliationOut, row), status.HTTP_201_CREATED)


class ReconciliationDetail(TillView):
    """GET /api/v1/till/reconciliations/{id}: both counts as they were then."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="read_reconciliation",
        summary="查询对账",
        responses=ReconciliationOut,
        examples=[_RECONCILED],
        tags=["till"],
    )
    def get(self, request: Request, reconciliation: str) -> Response:
        stores = [store.pk for store in self.till.stores.values()]
        rows = queries.reconciliations_of(self.till.merchant.pk, stores)
        row = rows.filter(public_id=reconciliation).first()
        if row is None:
            raise NotFound
        return Response(rendered(ReconciliationOut, row))
