"""Umbrellas at the till."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.kernel.http import rate_limits
from district.kernel.http.fields import IdField, InstantField, NumberField, PatternField
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import visit_at
from umbrellas import errors, services
from umbrellas.models import Loan


class LoanIn(serializers.Serializer[Any]):
    store = IdField("str")
    visit = PatternField(r"^vis_[0-9A-Za-z]{10,100}\Z", max_length=110)
    umbrella_no = NumberField(help_text="as it stands on the umbrella")
    kind = serializers.ChoiceField(choices=Loan.Kind.choices)


class LoanOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    umbrella_no = serializers.CharField()
    kind = serializers.ChoiceField(choices=Loan.Kind.choices)
    lent_at = InstantField()
    returned_at = InstantField(allow_null=True)


class Loans(TillView):
    """POST /api/v1/till/umbrellas: a member takes an umbrella along."""

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        merchants.VisitUnknown,
        merchants.VisitElsewhere,
        merchants.VisitOver,
        errors.UmbrellaLentAlready,
    )

    @extend_schema(
        operation_id="lend_umbrella",
        summary="借伞",
        request=LoanIn,
        responses={201: LoanOut},
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(LoanIn)
        store = self.till.store(request_data["store"])
        rate_limits.hit("umbrella_store", store.pk)
        visit = visit_at(visit_token=request_data.pop("visit"), till=self.till, store=store)
        loan = services.lend_umbrella(
            store=store,
            member=visit.member,
            umbrella_no=request_data["umbrella_no"],
            kind=request_data["kind"],
            key=self.key("lend_umbrella", member=visit.member_id, **request_data),
        )
        return Response(LoanOut(loan).data, status.HTTP_201_CREATED)


class LoanDetail(TillView):
    """GET /api/v1/till/umbrellas/{loan}: whether an umbrella is back."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="read_umbrella_loan", summary="查询借伞", responses=LoanOut, tags=["till"]
    )
    def get(self, request: Request, loan: str) -> Response:
        loans = Loan.objects.filter(store__merchant=self.till.merchant)
        found = loans.filter(public_id=loan).first() if "\0" not in loan else None
        if found is None:
            raise NotFound
        return Response(LoanOut(found).data)
