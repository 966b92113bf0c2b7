"""/api/v1/me/ratings, /stores/{store}/ratings: what shoppers say after a purchase."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from credit import services as credit
from credit.api import examples
from credit.api.schemas import RatingIn, RatingOut
from credit.errors import NothingToRate
from credit.models import Rating
from credit.queries.ratings import public_ratings
from district.kernel import clock
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import ApiView, cursor_page
from district.members.api.base import ShopperView
from district.merchants.api.schemas_directory import ListParameters
from district.merchants.models import Store

_NEWEST = ("-id",)


def _page(name: str) -> Any:
    return inline_serializer(
        name,
        {"results": RatingOut(many=True), "next": serializers.CharField(allow_null=True)},
    )


def _example(value: Any) -> list[OpenApiExample]:
    return [OpenApiExample("example", value, response_only=True, status_codes=["200"])]


class MyRatings(ShopperView):
    """A POST rates the latest purchase at a store, or the one of a bill's number."""

    refusals = (*ShopperView.refusals, NotFound, TooManyRequests, NothingToRate)

    @extend_schema(
        operation_id="my_ratings",
        summary="我的评价",
        tags=["credit"],
        parameters=[ListParameters],
        responses={200: _page("MyRatingPage")},
        examples=_example({"results": [examples.RATING], "next": None}),
    )
    def get(self, request: Request) -> Response:
        rows = Rating.objects.filter(member=self.member).select_related("store")
        return Response(cursor_page(request, rows, order=_NEWEST, render=_out))

    @extend_schema(
        operation_id="rate_purchase",
        summary="评价一次消费",
        tags=["credit"],
        request=RatingIn,
        responses={201: RatingOut},
        examples=[
            OpenApiExample("rating", examples.RATING_IN, request_only=True),
            OpenApiExample("example", examples.RATING, response_only=True, status_codes=["201"]),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(RatingIn)
        rate_limits.hit("rate_member", self.member.pk)
        key = self.idempotency_key(f"member:{self.member.pk}:rating", **asked)
        store = Store.objects.filter(public_id=asked.pop("store")).first()
        if store is None:
            raise NotFound
        rating = credit.rate_purchase(member=self.member, store=store, key=key, **asked)
        return Response(_out(rating), status.HTTP_201_CREATED)


class StoreRatings(ApiView):
    """Ratings of a store, the newest first, with the merchant's replies; nothing of who gave them."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="list_store_ratings",
        summary="门店的消费评价",
        tags=["credit"],
        auth=[],
        parameters=[
            OpenApiParameter(
                "store",
                {"type": "string", "pattern": "^str_[0-9A-Za-z]{22}$"},
                OpenApiParameter.PATH,
            ),
            ListParameters,
        ],
        responses={200: _page("StoreRatingPage")},
        examples=_example({"results": [examples.RATING], "next": None}),
    )
    def get(self, request: Request, store: str) -> Response:
        if not looks_like("str", store):
            raise NotFound
        row = Store.objects.filter(public_id=store).first()
        if row is None:
            raise NotFound
        rows = public_ratings(row.pk, clock.now()).select_related("store")
        return Response(cursor_page(request, rows, order=_NEWEST, render=_out))


def _out(rating: Rating) -> Any:
    return RatingOut().to_representation(rating)
