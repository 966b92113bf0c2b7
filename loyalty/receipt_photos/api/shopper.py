"""A member photographs a bill, sees what became of it, takes it back."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import DomainError, NotFound, PictureRefused, TooManyRequests
from district.kernel.http import pictures, rate_limits
from district.kernel.http.api import cursor_page
from district.kernel.http.uploads import FormWithFileParser, NotAForm
from district.kernel.idempotency import replay_or_raise
from district.kernel.security.crypto import keyed_digest
from district.members.api.base import ShopperView
from district.merchants import errors as merchants
from district.merchants.queries import alliance_store
from loyalty import errors as loyalty
from loyalty.api.schemas import rendered
from loyalty.receipt_photos import errors, queries, services
from loyalty.receipt_photos.api import examples
from loyalty.receipt_photos.api.schemas import PhotoIn, PhotoOut, PhotoPage, key_terms_of_upload
from loyalty.values import ReportedPurchase


class Photos(ShopperView):
    """/api/v1/me/receipts: send a photographed bill (POST, a form with one file), or list them (GET)."""

    parser_classes = [FormWithFileParser]
    unreadable = NotAForm
    refusals = (
        *ShopperView.refusals,
        NotFound,
        TooManyRequests,
        errors.PhotoAlreadySubmitted,
        PictureRefused,
        loyalty.ReceiptFromTheFuture,
        loyalty.ReceiptTooOld,
        merchants.MerchantSuspended,
        merchants.StoreNotInAlliance,
    )

    @extend_schema(
        operation_id="submit_bill_photo",
        summary="拍照上传小票",
        description=(
            "A form as `wx.uploadFile` sends it: one file `photo` and the fields as text. The picture is "
            "drawn anew, without position or other data, kept sealed, and deleted some days after the "
            "decision. A bill that the member has earned with already comes back as `already_earned`."
        ),
        request=PhotoIn,
        responses={201: PhotoOut},
        examples=[
            OpenApiExample("waits for a clerk", examples.PHOTO_OUT, response_only=True),
            OpenApiExample("has earned already", examples.ALREADY, response_only=True),
        ],
        tags=["points"],
    )
    def post(self, request: Request) -> Response:
        rate_limits.hit("photo_member", self.member.pk)
        rate_limits.hit("photo_member_day", self.member.pk)
        request_data = self.request_data(PhotoIn)
        digest = keyed_digest(pictures.DIGEST, request_data["photo"])
        scope = f"member:{self.member.pk}:receipt_photo"
        key = self.idempotency_key(scope, **key_terms_of_upload(request_data, digest))
        try:
            store = alliance_store(request_data["store"])
            picture = pictures.redraw(request_data["photo"])
        except DomainError as refusal:
            # The store may have left since a request whose answer was lost.
            photo = queries.photos().get(pk=replay_or_raise(key, refusal))
        else:
            purchase = ReportedPurchase(
                request_data["receipt_no"],
                request_data["paid_fen"],
                request_data["paid_at"],
                source="photo",
            )
            photo = services.submit_photo(
                member=self.member, store=store, purchase=purchase, picture=picture, key=key
            )
        return Response(rendered(PhotoOut, photo), status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="my_bill_photos",
        summary="我上传的小票",
        responses=PhotoPage,
        tags=["points"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        sent = queries.photos_of_member(self.member)
        return Response(
            cursor_page(
                request, sent, order=["-id"], render=lambda photo: rendered(PhotoOut, photo)
            )
        )


class WithdrawPhoto(ShopperView):
    """POST /api/v1/me/receipts/{id}/withdraw: the member takes a photograph back."""

    refusals = (*ShopperView.refusals, NotFound, errors.PhotoDecided)

    @extend_schema(
        operation_id="withdraw_bill_photo",
        summary="撤回上传的小票",
        request=None,
        responses={200: PhotoOut},
        examples=[OpenApiExample("withdrawn", examples.WITHDRAWN, response_only=True)],
        tags=["points"],
    )
    def post(self, request: Request, photo: str) -> Response:
        found = queries.photo_of_member(self.member, photo)
        key = self.idempotency_key(f"member:{self.member.pk}:withdraw_photo", photo=found.pk)
        withdrawn = services.withdraw_photo(photo=found, key=key)
        return Response(rendered(PhotoOut, withdrawn))
