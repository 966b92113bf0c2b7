"""The smallest valid scenes of the ledger: a store with terms, a purchase, points to spend."""

from datetime import UTC, datetime
from itertools import count

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Store
from loyalty import services as loyalty
from loyalty.ledger import Bill, Place, spend
from loyalty.models import Receipt, Transfer
from loyalty.services.set_terms import Offer
from tests.factories.merchants import allied_store

LONG_AGO = datetime(2005, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_counter(offer: Offer | None = None) -> Store:
    """A store of the alliance that grants a point for each yuan, unless told otherwise."""
    store = allied_store()
    loyalty.set_terms(merchant=store.merchant, offer=offer or Offer(), start=LONG_AGO)
    return store


def fresh_key(**terms) -> Key:
    return Key.of("test", f"k{next(_numbers)}", **terms)


def buy(member: Member, store: Store, *, fen: int, no: str = "", key: Key | None = None) -> Receipt:
    """A purchase at the counter, posted now."""
    bill = Bill(
        receipt_no=no or f"B{next(_numbers)}", paid_fen=fen, paid_at=clock.now(), source="till"
    )
    return loyalty.earn_points(
        store=store, member=member, bill=bill, actor="till:1", key=key or fresh_key()
    )


def pay(
    member: Member, store: Store, *, points: int, no: str = "", key: Key | None = None
) -> Transfer:
    """A spending below the visit: what the ledger itself does once the member is at the counter."""
    place = Place(merchant=store.merchant_id, store=store.pk, actor="till:1")
    pk = spend(
        member=member.pk,
        place=place,
        points=points,
        request_no=no or f"P{next(_numbers)}",
        key=key or fresh_key(),
        at=clock.now(),
    )
    return Transfer.objects.get(pk=pk)


def undo(
    transfer: Transfer, store: Store, *, reason: str = "扫错会员码", key: Key | None = None
) -> Transfer:
    return loyalty.reverse_transfer(
        transfer=transfer, store=store, reason=reason, actor="till:1", key=key or fresh_key()
    )
