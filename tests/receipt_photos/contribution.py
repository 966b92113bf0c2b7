"""What the cross-cutting tests need to know of photographed receipts; see tests/contributions.py."""

from dataclasses import replace
from itertools import count
from typing import Any

from schemathesis.transport.serialization import Binary

from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.members import make_member
from tests.receipt_photos.photo_steps import confirm, post, purchase, send
from tests.receipt_photos.pictures import jpeg

_WITHDRAW = "/api/v1/me/receipts/{photo}/withdraw"


def right_requests(store_visit: StoreVisit) -> RightRequests:
    photo = send(store_visit.member, store_visit.store, purchase("PHOTO1", 4_200))
    return RightRequests(ids={_WITHDRAW: photo.public_id})


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    picture, numbers = Binary(jpeg()), count(1)

    def new_photo() -> dict[str, str]:
        photo = send(store_visit.member, store_visit.store, purchase(f"W{next(numbers)}"))
        return {"photo": photo.public_id}

    return AimedRequests(
        fresh={
            "POST /api/v1/me/receipts": {
                "photo": lambda: picture,
                "receipt_no": lambda: f"P{next(numbers)}",
            }
        },
        named={_WITHDRAW: new_photo},
    )


def make_admin_rows(two_merchants: Any) -> None:
    """At both merchants a photograph that waits, and one that a till's receipt contradicts."""
    for side in two_merchants.sides:
        clerk, other = side.clerks["cashier"].user, make_member("拍票的客")
        for number in ("P1", "P2"):
            reported = purchase(f"{side.merchant.pk}{number}", 4_200)
            photo = send(two_merchants.member, side.store, reported)
            if number == "P2":
                post(other, side.store, replace(reported, source="till"))
                confirm(photo, clerk)
