"""Bills that members photographed: waiting, confirmed, rejected, in conflict, decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from district.demo.life.pictures import picture_of
from district.demo.life.scene import Scene, key_of
from district.demo.plan.dice import dice
from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Store
from loyalty.bills import services as bills
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.queries import receipts
from loyalty.services import Bill

Reason = BillPhoto.Reason
PHOTO = "photo"
CONFIRMED, WAITING = 6, 5
CONFLICTS = 4


@dataclass(frozen=True)
class _Sent:
    """A photograph that is to be sent: of which bill, by whom, when."""

    number: int
    member: Member
    store: Store
    bill: Bill
    at: datetime

    def submit(self) -> BillPhoto:
        bill = self.bill
        with clock.moved_to(self.at):
            return bills.submit_photo(
                member=self.member,
                store=self.store,
                bill=bill,
                picture=picture_of(self.number, bill.receipt_no, bill.paid_fen, bill.paid_at),
                key=key_of("photo", self.number),
            )


def play(scene: Scene) -> None:
    """In the order of time: what was decided on first, what waits last."""
    for number in range(CONFIRMED):
        _confirmed(scene, number, days_ago=38 - 6 * number)
    _rejected(scene, 20, Reason.UNREADABLE, days_ago=16)
    _rejected(scene, 21, Reason.WRONG_DETAILS, days_ago=7)
    _conflicts(scene)
    for number in range(30, 30 + WAITING):
        _new(scene, number, scene.at(0, 18 + number % 4, 7 * (number % 5))).submit()


def _new(scene: Scene, number: int, at: datetime) -> _Sent:
    """Of a bill that no till has told."""
    stores = scene.steady[0].stores
    stream = dice("photo", number)
    bill = Bill(
        receipt_no=f"P{number:06d}",
        paid_fen=100 * stream.randint(38, 420),
        paid_at=at - timedelta(minutes=stream.randint(10, 90)),
        source=PHOTO,
    )
    member = scene.members[(3 * number + 1) % len(scene.members)]
    return _Sent(number, member, stores[number % min(2, len(stores))], bill, at)


def _confirmed(scene: Scene, number: int, *, days_ago: int) -> None:
    sent = _new(scene, number, scene.at(days_ago, 17))
    photo = sent.submit()
    with scene.moved_to(days_ago, 20):
        bills.confirm_photo(
            photo=photo, bill=sent.bill, by=scene.owner, key=key_of("confirm photo", number)
        )


def _rejected(scene: Scene, number: int, reason: BillPhoto.Reason, *, days_ago: int) -> None:
    photo = _new(scene, number, scene.at(days_ago, 12)).submit()
    with scene.moved_to(days_ago, 19):
        bills.reject_photo(
            photo=photo, reason=reason, note="", by=scene.owner, key=key_of("reject photo", number)
        )


def _conflicts(scene: Scene) -> None:
    """Bills that have earned for somebody else already; the first two are decided."""
    mine = (
        receipts()
        .filter(
            # Where the manager works, who decides on them, too.
            store__in=scene.steady[0].stores[:2],
            source="till",
            refunded_fen=0,
            at__gte=scene.at(60, 0),
            at__lt=scene.at(0, 12),
        )
        .select_related("store")
    )
    for number, receipt in enumerate(mine.order_by("at", "receipt_no")[:CONFLICTS]):
        stranger = next(
            member for member in scene.members[5 + number :] if member.pk != receipt.account_id
        )
        bill = Bill(
            receipt_no=receipt.receipt_no,
            paid_fen=receipt.paid_fen,
            paid_at=receipt.paid_at,
            source=PHOTO,
        )
        at = receipt.at + timedelta(hours=2)
        sent = _Sent(40 + number, stranger, receipt.store, bill, at)
        photo = sent.submit()
        with clock.moved_to(at + timedelta(hours=1)):
            bills.confirm_photo(photo=photo, bill=bill, by=scene.owner, key=key_of("doubt", number))
        conflict = BillConflict.objects.get(photo=photo)
        with clock.moved_to(at + timedelta(hours=9)):
            if number == 0:
                bills.keep_earlier(
                    conflict=conflict,
                    note="同一张小票，收银台已为付款的会员入账。",
                    by=scene.owner,
                    key=key_of("decide", number),
                )
            elif number == 1:
                bills.keep_both(
                    conflict=conflict,
                    note="两桌分别付款，单号由老机器重复打印。",
                    by=scene.owner,
                    key=key_of("decide", number),
                )
