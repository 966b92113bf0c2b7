"""What the cross-cutting tests need to know of merchants; see tests/contributions.py."""

from district.members import services as members
from tests.contributions import AimedRequests, RightRequests, StoreVisit

# Only the signature of a code can tell that it is wrong.
CHECKED_ELSEWHERE = {("look_up_member", "code", "SQL")}
PERMISSIONS = {
    "view_store": "owner manager cashier finance",
    "edit_store": "owner manager",
    "edit_merchant": "owner",
    "manage_keys": "owner manager",
    "appoint_cashiers": "owner manager",
    "appoint_clerks": "owner",
    "work_the_till": "owner manager cashier",
}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    code = members.issue_card_code(member=store_visit.member).code
    return RightRequests(
        bodies={"look_up_member": {"store": store_visit.store.public_id, "code": code}},
        ids={
            "/api/v1/stores/{id}": store_visit.store.public_id,
            "/api/v1/merchants/{id}": store_visit.store.merchant.public_id,
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    store, member = store_visit.store, store_visit.member
    return AimedRequests(
        known={
            "store": store.public_id,
            "member": member.public_id,
            "visit": store_visit.visit.token,
        },
        fresh={
            "POST /api/v1/till/members/lookup": {
                "code": lambda: members.issue_card_code(member=member).code
            }
        },
        named={
            "/api/v1/stores/{id}": lambda: {"id": store.public_id},
            "/api/v1/merchants/{id}": lambda: {"id": store.merchant.public_id},
        },
    )
