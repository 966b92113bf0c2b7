"""What can be asked about photographed and doubtful bills; nothing here writes or locks."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F, Q, QuerySet

from district.kernel.clock import business_day, start_of_day, start_of_next_day
from district.kernel.errors import NotFound
from district.members.models import Member
from district.members.services import open_picture
from district.merchants.models import Store
from loyalty import arithmetic
from loyalty.models import Receipt
from loyalty.receipt_photos.models import PhotoPicture, ReceiptConflict, ReceiptPhoto
from loyalty.values import ReportedPurchase

# How far the clock of a till and the time on its paper may be apart.
MAX_TIME_APART = timedelta(minutes=10)
# Pairs are looked for among photographs of so many days: older bills are posted by nobody any more.
LOOK_BACK = timedelta(days=45)


def photos() -> QuerySet[ReceiptPhoto]:
    """Photographed bills with all that their answer shows, in one query."""
    return ReceiptPhoto.objects.select_related(
        "store__merchant", "merchant", "member", "receipt__review"
    )


def photos_of_member(member: Member) -> QuerySet[ReceiptPhoto]:
    """What a member has sent, to be ordered by `-id`."""
    return photos().filter(member=member)


def photo_of_member(member: Member, public_id: str) -> ReceiptPhoto:
    """A photograph of this member. Raises NotFound for any other, existing or not."""
    photo = photos_of_member(member).filter(public_id=public_id).first()
    if photo is None:
        raise NotFound
    return photo


def picture_of(photo: ReceiptPhoto) -> bytes | None:
    """The picture as JPEG; None once it is deleted, or its member's key is."""
    held = PhotoPicture.objects.filter(photo=photo).first()
    if held is None:
        return None
    return open_picture(member=photo.member, place=picture_place(photo), sealed=held.sealed)


def picture_place(photo: ReceiptPhoto) -> str:
    """What binds a sealed picture to its row."""
    return f"receipt_photo:{photo.public_id}"


def conflicts() -> QuerySet[ReceiptConflict]:
    """Conflicts with what was there and what came later, in one query."""
    return ReceiptConflict.objects.select_related(
        "store__merchant",
        "merchant",
        "member",
        "photo__member",
        "earlier__store",
        "earlier__transfer",
        "earlier__account__member",
        "later__store",
        "later__transfer",
    )


def receipt_of_purchase(store: int, purchase: ReportedPurchase) -> Receipt | None:
    """The receipt of the very same bill: store, day, amount and the number as it is written.

    One that was undone whole, so that its number is free again, is none.
    """
    receipts = Receipt.objects.filter(
        store=store, receipt_no=purchase.receipt_no, paid_fen=purchase.paid_fen, freed=False
    )
    return receipts.filter(**_on_the_day_of(purchase)).first()


def similar_receipt_of(store: int, purchase: ReportedPurchase) -> Receipt | None:
    """The receipt nearest in time with the same amount at the same store that may be the same bill:
    paid at about the same time, or on the same day with a number that is alike."""
    day = _on_the_day_of(purchase)
    first = min(day["paid_at__gte"], purchase.paid_at - MAX_TIME_APART)
    last = max(day["paid_at__lt"], purchase.paid_at + MAX_TIME_APART)
    rows = Receipt.objects.filter(
        store=store,
        paid_fen=purchase.paid_fen,
        paid_at__gte=first,
        paid_at__lte=last,
        refunded_fen__lt=F("paid_fen"),
    ).exclude(receipt_no=purchase.receipt_no)
    number = arithmetic.normalized_receipt_number(purchase.receipt_no)
    candidates = [
        receipt
        for receipt in rows
        if abs(receipt.paid_at - purchase.paid_at) <= MAX_TIME_APART
        or (
            business_day(receipt.paid_at) == business_day(purchase.paid_at)
            and arithmetic.normalized_receipt_number(receipt.receipt_no) == number
        )
    ]
    return min(
        candidates, key=lambda receipt: abs(receipt.paid_at - purchase.paid_at), default=None
    )


def _on_the_day_of(purchase: ReportedPurchase) -> dict[str, datetime]:
    begins = start_of_day(business_day(purchase.paid_at))
    return {"paid_at__gte": begins, "paid_at__lt": start_of_next_day(purchase.paid_at)}


def earlier_photos_of(photo: ReceiptPhoto) -> QuerySet[ReceiptPhoto]:
    """Earlier photographs of the same bill or with the very same file, whoever sent them."""
    same = Q(digest=photo.digest) | Q(merchant=photo.merchant_id, fingerprint=photo.fingerprint)
    return photos().filter(same, pk__lt=photo.pk).order_by("-pk")


def available_receipt_number(store: Store, receipt_no: str) -> str:
    """The number, or the number with a mark behind it when the store has used it already."""
    taken = set(
        Receipt.objects.filter(
            store=store, receipt_no__startswith=receipt_no[:_BASE_LENGTH], freed=False
        ).values_list("receipt_no", flat=True)
    )
    if receipt_no not in taken:
        return receipt_no
    marked = (f"{receipt_no[:_BASE_LENGTH]}#{number}" for number in range(2, len(taken) + 3))
    return next(number for number in marked if number not in taken)


# A receipt's number has at most 64 characters, the mark takes some of them.
_BASE_LENGTH = 58


def unreviewed_similar_pairs(at: datetime, limit: int = 1_000) -> list[tuple[Receipt, Receipt]]:
    """Receipts that stand, look alike and of which one is a photograph's, and no person was asked yet.

    Alike are the same amount at the same store at about the same time, or on the same day with the
    same letters and digits in the number. Each pair with the one that was posted first in front.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SIMILAR_PAIRS, {"since": at - LOOK_BACK, "near": str(MAX_TIME_APART), "limit": limit}
        )
        pairs = cursor.fetchall()
    rows = Receipt.objects.in_bulk({pk for pair in pairs for pk in pair})
    return [(rows[first], rows[second]) for first, second in pairs]


_SIMILAR_PAIRS = """
select least(photo.id, other.id), greatest(photo.id, other.id)
from loyalty_receipt photo join loyalty_receipt other
    on other.store_id = photo.store_id and other.paid_fen = photo.paid_fen
    and other.paid_at between photo.paid_at - interval '1 day' and photo.paid_at + interval '1 day'
    and (other.paid_at between photo.paid_at - %(near)s::interval
            and photo.paid_at + %(near)s::interval
        or (other.paid_at at time zone 'Asia/Shanghai')::date
                = (photo.paid_at at time zone 'Asia/Shanghai')::date
            and ltrim(regexp_replace(regexp_replace(upper(other.receipt_no), '[^0-9A-Z]', '', 'g'),
                                     '^NO', ''), '0')
                = ltrim(regexp_replace(regexp_replace(upper(photo.receipt_no), '[^0-9A-Z]', '', 'g'),
                                       '^NO', ''), '0'))
    and (other.source <> 'photo' or other.id > photo.id)
where photo.source = 'photo' and photo.paid_at >= %(since)s
    and photo.granted > photo.clawed and other.granted > other.clawed
    and not exists (
        select from bills_receiptconflict conflict
        where conflict.earlier_id = least(photo.id, other.id)
            and conflict.later_id = greatest(photo.id, other.id))
order by 1, 2 limit %(limit)s
"""
