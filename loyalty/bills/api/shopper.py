"""A member photographs a bill, sees what became of it, takes it back."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import limits, pictures
from district.kernel.api import cursor_page
from district.kernel.crypto import keyed_digest
from district.kernel.errors import DomainError, NotFound, PictureRefused, TooManyRequests
from district.kernel.idempotency import earlier_answer
from district.kernel.uploads import FormWithFileParser, NotAForm
from district.members.api.base import ShopperView
from district.merchants import errors as merchants
from district.merchants.queries import alliance_store
from loyalty import errors as loyalty
from loyalty.api.schemas import rendered
from loyalty.bills import errors, queries, services
from loyalty.bills.api import examples
from loyalty.bills.api.schemas import PhotoIn, PhotoOut, PhotoPage, file_terms
from loyalty.ledger import Bill


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
        limits.hit("photo_member", self.member.pk)
        limits.hit("photo_member_day", self.member.pk)
        asked = self.asked(PhotoIn)
        digest = keyed_digest(pictures.DIGEST, asked["photo"])
        scope = f"member:{self.member.pk}:bill_photo"
        key = self.idempotency_key(scope, **file_terms(asked, digest))
        try:
            store = alliance_store(asked["store"])
            picture = pictures.redrawn(asked["photo"])
        except DomainError as refusal:
            # The store may have left since a request whose answer was lost.
            photo = queries.photos().get(pk=earlier_answer(key, refusal))
        else:
            bill = Bill(asked["receipt_no"], asked["paid_fen"], asked["paid_at"], source="photo")
            photo = services.submit_photo(
                member=self.member, store=store, bill=bill, picture=picture, key=key
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
            cursor_page(request, sent, order=["-id"], render=lambda one: rendered(PhotoOut, one))
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
