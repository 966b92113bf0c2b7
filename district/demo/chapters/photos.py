"""Bills that members photographed: waiting, confirmed, rejected, in conflict, decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from district.demo.chapters.context import ChapterContext, key_of
from district.demo.chapters.receipt_pictures import picture_of
from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Store
from loyalty.queries import receipts
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from loyalty.services import ReportedPurchase

Reason = ReceiptPhoto.Reason
PHOTO = "photo"
CONFIRMED, WAITING = 6, 5
CONFLICTS = 4


@dataclass(frozen=True)
class _PhotoToSubmit:
    """A photograph that is to be sent: of which bill, by whom, when."""

    number: int
    member: Member
    store: Store
    purchase: ReportedPurchase
    at: datetime

    def submit(self) -> ReceiptPhoto:
        purchase = self.purchase
        with clock.travel_to(self.at):
            return bills.submit_photo(
                member=self.member,
                store=self.store,
                purchase=purchase,
                picture=picture_of(
                    self.number, purchase.receipt_no, purchase.paid_fen, purchase.paid_at
                ),
                key=key_of("photo", self.number),
            )


def run(context: ChapterContext) -> None:
    """In the order of time: what was decided on first, what waits last."""
    for number in range(CONFIRMED):
        _submit_and_confirm(context, number, days_ago=38 - 6 * number)
    _submit_and_reject(context, 20, Reason.UNREADABLE, days_ago=16)
    _submit_and_reject(context, 21, Reason.WRONG_DETAILS, days_ago=7)
    _create_conflicts(context)
    for number in range(30, 30 + WAITING):
        _new_photo(context, number, context.at(0, 18 + number % 4, 7 * (number % 5))).submit()


def _new_photo(context: ChapterContext, number: int, at: datetime) -> _PhotoToSubmit:
    """Of a bill that no till has reported."""
    stores = context.main_merchants[0].stores
    stream = random_stream("photo", number)
    purchase = ReportedPurchase(
        receipt_no=f"P{number:06d}",
        paid_fen=100 * stream.randint(38, 420),
        paid_at=at - timedelta(minutes=stream.randint(10, 90)),
        source=PHOTO,
    )
    member = context.members[(3 * number + 1) % len(context.members)]
    return _PhotoToSubmit(number, member, stores[number % min(2, len(stores))], purchase, at)


def _submit_and_confirm(context: ChapterContext, number: int, *, days_ago: int) -> None:
    sent = _new_photo(context, number, context.at(days_ago, 17))
    photo = sent.submit()
    with context.travel_to(days_ago, 20):
        bills.confirm_photo(
            photo=photo,
            purchase=sent.purchase,
            by=context.owner,
            key=key_of("confirm photo", number),
        )


def _submit_and_reject(
    context: ChapterContext, number: int, reason: ReceiptPhoto.Reason, *, days_ago: int
) -> None:
    photo = _new_photo(context, number, context.at(days_ago, 12)).submit()
    with context.travel_to(days_ago, 19):
        bills.reject_photo(
            photo=photo,
            reason=reason,
            note="",
            by=context.owner,
            key=key_of("reject photo", number),
        )


def _create_conflicts(context: ChapterContext) -> None:
    """Bills that have earned for somebody else already; the first two are decided."""
    mine = (
        receipts()
        .filter(
            # Where the manager works, who decides on them, too.
            store__in=context.main_merchants[0].stores[:2],
            source="till",
            refunded_fen=0,
            at__gte=context.at(60, 0),
            at__lt=context.at(0, 12),
        )
        .select_related("store")
    )
    for number, receipt in enumerate(mine.order_by("at", "receipt_no")[:CONFLICTS]):
        stranger = next(
            member for member in context.members[5 + number :] if member.pk != receipt.account_id
        )
        purchase = ReportedPurchase(
            receipt_no=receipt.receipt_no,
            paid_fen=receipt.paid_fen,
            paid_at=receipt.paid_at,
            source=PHOTO,
        )
        at = receipt.at + timedelta(hours=2)
        sent = _PhotoToSubmit(40 + number, stranger, receipt.store, purchase, at)
        photo = sent.submit()
        with clock.travel_to(at + timedelta(hours=1)):
            bills.confirm_photo(
                photo=photo, purchase=purchase, by=context.owner, key=key_of("doubt", number)
            )
        conflict = ReceiptConflict.objects.get(photo=photo)
        with clock.travel_to(at + timedelta(hours=9)):
            if number == 0:
                bills.keep_earlier(
                    conflict=conflict,
                    note="同一张小票，收银台已为付款的会员入账。",
                    by=context.owner,
                    key=key_of("decide", number),
                )
            elif number == 1:
                bills.keep_both(
                    conflict=conflict,
                    note="两桌分别付款，单号由老机器重复打印。",
                    by=context.owner,
                    key=key_of("decide", number),
                )
