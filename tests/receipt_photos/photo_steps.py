"""What tests of doubtful bills do again and again."""

from datetime import timedelta

from district.kernel import clock
from district.kernel.http.pictures import Picture
from loyalty import services as loyalty
from loyalty.queries import receipts
from loyalty.receipt_photos import services as bills
from loyalty.values import ReportedPurchase
from tests.factories.loyalty import fresh_key
from tests.factories.merchants import make_clerk

NUMBER, FEN = "20261121-0042", 12_680
# Made without a decoder: what the pictures of these tests show does not matter.
PICTURE = Picture(b"\xff\xd8\xff a picture", b"d" * 32)


def paid(minutes_ago=30):
    return (clock.now() - timedelta(minutes=minutes_ago)).replace(second=0, microsecond=0)


def clerk_of(store, role="cashier"):
    return make_clerk(merchant=store.merchant, role=role)


def purchase(number=NUMBER, fen=FEN, *, at=None, source="photo"):
    return ReportedPurchase(receipt_no=number, paid_fen=fen, paid_at=at or paid(), source=source)


def send(member, store, reported=None, *, key=None, picture=PICTURE):
    return bills.submit_photo(
        member=member,
        store=store,
        purchase=reported or purchase(),
        picture=picture,
        key=key or fresh_key(),
    )


def confirm(photo, by, reported=None, *, key=None):
    reported = reported or purchase(photo.receipt_no, photo.paid_fen, at=photo.paid_at)
    return bills.confirm_photo(photo=photo, purchase=reported, by=by, key=key or fresh_key())


def post(member, store, reported=None, *, key=None):
    """The till reports a bill."""
    reported = reported or purchase(source="till")
    made = loyalty.earn_points(
        store=store, member=member, purchase=reported, actor="till:1", key=key or fresh_key()
    )
    return receipts().get(pk=made.pk)
