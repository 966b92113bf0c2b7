"""A member sends the photograph of a bill."""

from django.db import transaction

from district.kernel import clock
from district.kernel.idempotency import Key, answer, claim
from district.kernel.pictures import Picture
from district.kernel.postgres import refusing
from district.members import services as members
from district.members.models import Member
from district.merchants.models import Store
from loyalty import granting, rules
from loyalty.bills import queries
from loyalty.bills.models import BillPhoto, PhotoPicture
from loyalty.ledger import Bill


@transaction.atomic
def submit_photo(
    *, member: Member, store: Store, bill: Bill, picture: Picture, key: Key
) -> BillPhoto:
    """The photograph, waiting for a clerk of the store.

    When the member has earned with this bill already it is closed at once as `already_earned`, with
    the receipt that says so, and its picture is not kept. That somebody else has is not told: the
    clerk sees it.

    Raises KeyReused, PhotoAlreadySubmitted, ReceiptFromTheFuture, ReceiptTooOld.
    """
    if (first := claim(key)) is not None:
        return queries.photos().get(pk=first)
    at = clock.now()
    granting.require_recent(bill.paid_at, at)
    photo = BillPhoto(
        member=member,
        merchant_id=store.merchant_id,
        store=store,
        receipt_no=bill.receipt_no,
        paid_fen=bill.paid_fen,
        paid_at=bill.paid_at,
        fingerprint=rules.photo_fingerprint(
            store=store.pk,
            receipt_no=bill.receipt_no,
            paid_fen=bill.paid_fen,
            paid_at=bill.paid_at,
        ),
        digest=picture.digest,
        at=at,
    )
    earlier = queries.receipt_of_bill(store.pk, bill)
    if earlier is not None and earlier.account_id == member.pk:
        photo.state, photo.receipt = BillPhoto.State.ALREADY_EARNED, earlier
        photo.decided_at, photo.decided_by = at, "system"
    with refusing():
        photo.save(force_insert=True)
    if photo.is_open:
        place = queries.picture_place(photo)
        sealed = members.seal_picture(member=member, place=place, picture=picture.jpeg)
        PhotoPicture.objects.create(photo=photo, sealed=sealed)
    answer(key, photo.pk)
    return photo
