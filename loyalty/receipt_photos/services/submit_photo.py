"""A member sends the photograph of a bill."""

from django.db import transaction

from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.http.pictures import Picture
from district.kernel.idempotency import Key, claim_key, store_result
from district.members import services as members
from district.members.models import Member
from district.merchants.models import Store
from loyalty import arithmetic, earning
from loyalty.receipt_photos import queries
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto
from loyalty.values import ReportedPurchase


@transaction.atomic
def submit_photo(
    *, member: Member, store: Store, purchase: ReportedPurchase, picture: Picture, key: Key
) -> ReceiptPhoto:
    """The photograph, waiting for a clerk of the store.

    When the member has earned with this bill already it is closed at once as `already_earned`, with
    the receipt that says so, and its picture is not kept. That somebody else has is not revealed: the
    clerk sees it.

    Raises KeyReused, PhotoAlreadySubmitted, ReceiptFromTheFuture, ReceiptTooOld.
    """
    if (first := claim_key(key)) is not None:
        return queries.photos().get(pk=first)
    at = clock.now()
    earning.require_recent(purchase.paid_at, at)
    photo = ReceiptPhoto(
        member=member,
        merchant_id=store.merchant_id,
        store=store,
        receipt_no=purchase.receipt_no,
        paid_fen=purchase.paid_fen,
        paid_at=purchase.paid_at,
        fingerprint=arithmetic.receipt_photo_fingerprint(
            store=store.pk,
            receipt_no=purchase.receipt_no,
            paid_fen=purchase.paid_fen,
            paid_at=purchase.paid_at,
        ),
        digest=picture.digest,
        at=at,
    )
    earlier = queries.receipt_of_purchase(store.pk, purchase)
    if earlier is not None and earlier.account_id == member.pk:
        photo.state, photo.receipt = ReceiptPhoto.State.ALREADY_EARNED, earlier
        photo.decided_at, photo.decided_by = at, "system"
    with translate_database_errors():
        photo.save(force_insert=True)
    if photo.is_open:
        place = queries.picture_place(photo)
        sealed = members.seal_picture(member=member, place=place, picture=picture.jpeg)
        PhotoPicture.objects.create(photo=photo, sealed=sealed)
    store_result(key, photo.pk)
    return photo
