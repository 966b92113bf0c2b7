"""The logins of the demo: made once for each installation, by chance, and kept in one file."""

import secrets
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from django.db import transaction

from district.demo.logins import Logins, new_password
from district.demo.merchant_setup import start_of
from district.demo.plan import Plan
from district.demo.plan.people import SIGN_IN_MEMBER_COUNT
from district.demo.planned_rows import member_of_person
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import Clerk, Merchant, Store
from district.merchants.queries import till_for
from loyalty.queries import balance_of

OPERATOR, SECOND_OPERATOR = "operator", "operator2"
OWNER = "owner"
TILL = "演示收银台"


def renew_logins(logins: Logins, plan: Plan) -> None:
    """New logins for a finished district whose file is lost; the old passwords end."""
    by = save_operator_login(logins)
    save_second_operator_login(logins)
    save_clerk_logins(logins, plan, by=by)
    save_till_keys(logins, plan, by=by)
    save_shopper_logins(logins, plan)


@transaction.atomic
def save_operator_login(logins: Logins) -> User:
    """Whoever runs the district and sees all of it."""
    entry, user = _account(OPERATOR, "运营管理员", logins["operator"], is_superuser=True)
    logins.save_entries(operator=entry)
    return user


@transaction.atomic
def save_second_operator_login(logins: Logins) -> User:
    """Another one: whatever needs two people, such as an approval, needs a second login."""
    known = logins["second_operator"]
    entry, user = _account(SECOND_OPERATOR, "运营复核", known, is_superuser=True)
    logins.save_entries(second_operator=entry)
    return user


@transaction.atomic
def save_clerk_logins(logins: Logins, plan: Plan, *, by: User) -> None:
    """One login of each role at the first of the two steady merchants, and the other one's owner."""
    known = {entry["username"]: entry for entry in logins["clerks"] or []}
    entries = []
    for post in _demo_clerks(plan):
        entry, user = _account(post.username, str(post.role.label), known.get(post.username))
        with clock.travel_to(start_of(plan, 0) + timedelta(hours=9)):
            merchants.appoint_clerk(
                user=user, merchant=post.merchant, role=post.role, by=by, stores=post.stores
            )
        place = {"role": post.role.value, "merchant": post.merchant.name}
        entries.append({**entry, **place, "stores": [store.name for store in post.stores]})
    logins.save_entries(clerks=entries)


@transaction.atomic
def save_till_keys(logins: Logins, plan: Plan, *, by: User) -> None:
    """A till key for a store of each of the two steady merchants: earn at one, spend at the other."""
    kept = {entry["store"]: entry["key"] for entry in logins["tills"] or []}
    entries = []
    for planned in plan.main_merchants:
        store = Store.objects.select_related("merchant").get(name=planned.stores[0].name)
        text = kept.get(store.public_id)
        if text is None or not _is_valid_till_key(text):
            text = _new_till_key(store, by)
        place = {"store": store.public_id, "store_name": store.name}
        entries.append({"merchant": store.merchant.name, **place, "key": text})
    logins.save_entries(tills=entries)


def save_shopper_logins(logins: Logins, plan: Plan) -> None:
    """The members a person may sign in as: the WeChat sandbox gives codes for these names."""
    shopper_plans = sorted(plan.members, key=lambda member: member.number)[:SIGN_IN_MEMBER_COUNT]
    entries = []
    for planned in shopper_plans:
        member = member_of_person(planned.person)
        entries.append(
            {
                "person": planned.person,
                "nickname": member.nickname,
                "member": member.public_id,
                "points": balance_of(member).available,
            }
        )
    logins.save_entries(shoppers=entries)


class _DemoClerk(NamedTuple):
    username: str
    role: Clerk.Role
    merchant: Merchant
    stores: list[Store]


def _demo_clerks(plan: Plan) -> Iterator[_DemoClerk]:
    first, second = (Merchant.objects.get(uscc=planned.uscc) for planned in plan.main_merchants)
    stores = list(Store.objects.filter(merchant=first).order_by("pk"))
    yield _DemoClerk(OWNER, Clerk.Role.OWNER, first, [])
    yield _DemoClerk("manager", Clerk.Role.MANAGER, first, stores[:2])
    yield _DemoClerk("cashier", Clerk.Role.CASHIER, first, stores[:1])
    yield _DemoClerk("finance", Clerk.Role.FINANCE, first, [])
    yield _DemoClerk("owner2", Clerk.Role.OWNER, second, [])


def _account(
    username: str, name: str, known: dict[str, Any] | None, **fields: bool
) -> tuple[dict[str, Any], User]:
    """The account and what is kept of it; an account whose password was lost gets a new one."""
    password = known["password"] if known else new_password()
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User.objects.create_staff(username, password, name=name, **fields)
    elif known is None:
        user.set_password(password)
        user.save(update_fields=["password"])
    return {"username": username, "password": password}, user


def _is_valid_till_key(text: str) -> bool:
    try:
        till_for(text)
    except DomainError:
        return False
    return True


def _new_till_key(store: Store, by: User) -> str:
    # A key of chance: what was issued before cannot be shown again.
    issued = merchants.issue_till_key(
        merchant=store.merchant,
        stores=[store],
        name=TILL,
        by=by,
        key=Key.of("demo", f"demo-till-{secrets.token_hex(8)}"),
    )
    return str(issued.text)
