"""Marks that a merchant's till gives a member for a campaign, such as 光盘 by a restaurant."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors, services
from coupons.api.schemas import rendered
from coupons.api.schemas_till import VISIT
from district.kernel.http.fields import IdField, InstantField, PatternField
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import require_live, visit_at


class TagIn(serializers.Serializer):
    """A mark for the member at the counter."""

    store = IdField("str")
    visit = PatternField(VISIT, max_length=110)
    tag = PatternField(
        r"^[a-z][a-z0-9_]{0,29}\Z",
        max_length=30,
        help_text="one that a campaign asks this merchant for",
    )


class TagOut(serializers.Serializer):
    tag = serializers.CharField()
    at = InstantField(help_text="when this merchant first gave it to the member")


class Tags(TillView):
    """POST /api/v1/till/tags: the member at the counter bears this merchant's mark from now on."""

    refusals = (
        *TillView.refusals,
        errors.TagNotGrantable,
        merchants.StoreNotInAlliance,
        merchants.StoreNotYours,
        merchants.VisitElsewhere,
        merchants.VisitOver,
        merchants.VisitUnknown,
    )

    @extend_schema(
        operation_id="tag_member",
        summary="授予会员标签",
        request=TagIn,
        responses={201: TagOut},
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(TagIn)
        store = self.till.alliance_store(request_data["store"])
        visit = visit_at(visit_token=request_data["visit"], till=self.till, store=store)
        require_live(visit)
        mark = services.tag_member(
            member=visit.member,
            tag=request_data["tag"],
            merchant=store.merchant,
            actor=self.till.actor,
            key=self.key("tag_member", member=visit.member_id, tag=request_data["tag"]),
        )
        return Response(rendered(TagOut, mark), status.HTTP_201_CREATED)
