"""What the cross-cutting tests need to know of umbrellas; see tests/contributions.py."""

from typing import Any

from district.members.models import Member
from district.merchants.models import Store
from tests.contributions import RightRequests, StoreVisit
from tests.factories.loyalty import fresh_key
from umbrellas import services
from umbrellas.models import Loan

PERMISSIONS = {"lend_umbrellas": "owner manager cashier"}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    loan = lend(store_visit.store, store_visit.member, "U-0001")
    return RightRequests(
        bodies={
            "lend_umbrella": {
                "store": store_visit.store.public_id,
                "visit": store_visit.visit.token,
                "umbrella_no": "U-0002",
                "kind": "long",
            }
        },
        ids={"/api/v1/till/umbrellas/{loan}": loan.public_id},
    )


def make_admin_rows(two_merchants: Any) -> None:
    for side in two_merchants.sides:
        lend(side.store, two_merchants.member, f"U-{side.merchant.pk}")


def lend(store: Store, member: Member, umbrella_no: str) -> Loan:
    return services.lend_umbrella(
        store=store, member=member, umbrella_no=umbrella_no, kind="folding", key=fresh_key()
    )
