"""/api/v1/till/complaints: a merchant's system follows the complaints about the stores of its key."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints.api import examples_merchant as examples
from credit.complaints.api.schemas_merchant import (
    MerchantCaseDetailOut,
    MerchantCaseFilters,
    MerchantCaseOut,
    MerchantCasePage,
)
from credit.complaints.models import CaseFile
from credit.complaints.queries.merchant_view import case_of_stores, merchant_cases, merchant_view
from district.kernel.errors import NotFound
from district.kernel.http.api import cached_serializer, cursor_page
from district.merchants.api.base import TillView
from district.merchants.errors import StoreNotYours
from district.merchants.queries import Till

MERCHANT_DETAIL = OpenApiExample("example", examples.CASE_OF_MERCHANT, response_only=True)


def stores_of_till(till: Till) -> list[int]:
    """The numbers of the stores a key speaks for."""
    return [store.pk for store in till.stores.values()]


def case_for_till(till: Till, case: str) -> CaseFile:
    """A complaint about a store of the key. Raises NotFound."""
    return case_of_stores(stores_of_till(till), case)


def merchant_body(file: CaseFile) -> Any:
    """The case as its merchant sees it, as it is now."""
    found = case_of_stores([file.store_id], file.public_id)
    row = cached_serializer(MerchantCaseOut).to_representation(found)
    fields = cached_serializer(MerchantCaseDetailOut).fields
    rest = {
        name: None if value is None else fields[name].to_representation(value)
        for name, value in merchant_view(found).items()
    }
    return row | rest


def _row(case: CaseFile) -> Any:
    return cached_serializer(MerchantCaseOut).to_representation(case)


class MerchantCases(TillView):
    """GET /api/v1/till/complaints: accepted complaints about the key's stores, the newest first."""

    refusals = (*TillView.refusals, StoreNotYours)

    @extend_schema(
        operation_id="merchant_complaints",
        summary="本店的投诉",
        parameters=[MerchantCaseFilters],
        responses=MerchantCasePage,
        examples=[OpenApiExample("example", examples.PAGE, response_only=True)],
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        filters = MerchantCaseFilters(data=request.query_params.dict())
        filters.is_valid(raise_exception=True)
        asked: dict[str, Any] = filters.validated_data
        stores = stores_of_till(self.till)
        if "store" in asked:
            stores = [self.till.store(asked["store"]).pk]
        rows = merchant_cases(stores)
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if "due_before" in asked:
            rows = rows.filter(Q(merchant_due_at__lt=asked["due_before"]))
        return Response(cursor_page(request, rows, order=["-id"], render=_row))


class MerchantCase(TillView):
    """GET /api/v1/till/complaints/{case}: with timeline, evidence, due times and what the merchant may do."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="merchant_complaint",
        summary="本店的投诉详情",
        responses=MerchantCaseDetailOut,
        examples=[MERCHANT_DETAIL],
        tags=["complaints"],
    )
    def get(self, request: Request, case: str) -> Response:
        return Response(merchant_body(case_for_till(self.till, case)))
