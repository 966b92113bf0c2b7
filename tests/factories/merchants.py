"""The smallest valid rows of merchants, and the keys and visits a test of tills begins with."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key
from district.members.models import Member, User
from district.members.services.card_code import issue_card_code
from district.merchants import services as merchants
from district.merchants.models import (
    AllianceMembership,
    Clerk,
    Merchant,
    OpeningHours,
    Store,
    Trade,
    Venue,
)
from district.merchants.queries import Till, till_for

LONG_AGO = datetime(2005, 1, 1, tzinfo=UTC)
_numbers = count(1)


def make_venue(**fields: Any) -> Venue:
    smallest: dict[str, Any] = {
        "kind": Venue.Kind.MALL,
        "name": f"湖滨广场{next(_numbers)}",
        "address": "湖滨路 1 号",
        "floors": ["B1", "1F", "2F"],
    }
    return Venue.objects.create(**smallest | fields)


def make_trade(**fields: Any) -> Trade:
    number = next(_numbers)
    return Trade.objects.create(**{"code": f"trade_{number}", "name": f"业态{number}"} | fields)


def make_merchant(**fields: Any) -> Merchant:
    number = next(_numbers)
    smallest = {"name": f"星河咖啡{number}", "legal_name": f"杭州星河餐饮有限公司{number}"}
    return Merchant.objects.create(**smallest | fields)


def make_store(**fields: Any) -> Store:
    """A store; merchant, venue and trade are made where none is given."""
    rest = {"merchant": make_merchant, "venue": make_venue, "trade": make_trade}
    fields |= {name: make() for name, make in rest.items() if name not in fields}
    return Store.objects.create(**{"name": f"星河咖啡湖滨店{next(_numbers)}"} | fields)


def make_membership(**fields: Any) -> AllianceMembership:
    """The merchant, a new one if none is given, in the alliance since long ago."""
    merchant = fields.pop("merchant", None) or make_merchant()
    period = fields.pop("period", DateTimeTZRange(LONG_AGO, None))
    return AllianceMembership.objects.create(merchant=merchant, period=period, **fields)


def make_hours(**fields: Any) -> OpeningHours:
    """Mondays from ten to ten."""
    smallest = {"weekday": 0, "opens_minute": 600, "closes_minute": 1320}
    store = fields.pop("store", None) or make_store()
    return OpeningHours.objects.create(store=store, **smallest | fields)


def make_clerk(**fields: Any) -> Clerk:
    """An owner; the account and the merchant are made where none is given."""
    user = fields.pop("user", None) or User.objects.create_staff(new_id("usr"))
    merchant = fields.pop("merchant", None) or make_merchant()
    smallest = {"role": Clerk.Role.OWNER, "appointed_at": LONG_AGO}
    return Clerk.objects.create(user=user, merchant=merchant, **smallest | fields)


def allied_store(**fields: Any) -> Store:
    """A store whose merchant is in the alliance."""
    store = make_store(**fields)
    make_membership(merchant=store.merchant)
    return store


def till_key_text(*stores: Store, name: str = "一楼收银台") -> str:
    """The text of a new key for exactly these stores, as its till would send it."""
    issued = merchants.issue_till_key(
        merchant=stores[0].merchant,
        stores=stores,
        name=name,
        by=None,
        key=Key.of("test", new_id("idem")),
    )
    assert issued.text is not None
    return issued.text


def till_of(*stores: Store) -> Till:
    """A till that has shown a new key for exactly these stores."""
    return till_for(till_key_text(*stores))


def visit_of(member: Member, till: Till, store: Store) -> merchants.OpenedVisit:
    """The member at the store's counter, by a fresh card code."""
    code = issue_card_code(member=member).code
    return merchants.open_visit(
        till=till, store=store, code=code, key=Key.of("test", new_id("idem"))
    )
