"""What the cross-cutting tests need to know of redemption without the network; see tests/contributions.py."""

from typing import Any

from coupons.offline import services as offline
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.coupons import claim, issue, make_version
from tests.factories.loyalty import fresh_key
from tests.factories.offline import OfflineTill, first_log_upload, make_terminal

_LEASE = "/api/v1/me/coupons/{coupon}/lease"
_TERMINAL = "/api/v1/till/terminals/{terminal}/"


def right_requests(store_visit: StoreVisit) -> RightRequests:
    """About a coupon that may be leased, and a terminal with nothing in its log yet."""
    coupon = claim(make_version(offline="leased"), store_visit.member)
    terminal = make_terminal(store_visit.store).public_id
    return RightRequests(
        bodies={
            "lease_coupon": {"store": store_visit.store.public_id, "hours": 4},
            "equip_terminal": {"last_seq": 0},
            "upload_log": first_log_upload(),
        },
        ids={
            _LEASE: coupon.public_id,
            _TERMINAL + "kits": terminal,
            _TERMINAL + "log": terminal,
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    leasable = make_version(offline="leased")

    def new_terminal() -> dict[str, str]:
        return {"terminal": make_terminal(store_visit.store).public_id}

    return AimedRequests(
        fresh={
            f"POST {_LEASE}": {"store": lambda: store_visit.store.public_id},
            f"POST {_TERMINAL}kits": {"last_seq": lambda: 0},
            f"POST {_TERMINAL}log": {"entries": lambda: first_log_upload()["entries"]},
        },
        named={
            _LEASE: lambda: {"coupon": issue(leasable, store_visit.member).public_id},
            _TERMINAL + "kits": new_terminal,
            _TERMINAL + "log": new_terminal,
        },
    )


def make_admin_rows(two_merchants: Any) -> None:
    """At both a terminal that took something for a coupon, which was none: the store bears it."""
    for side in two_merchants.sides:
        terminal = offline.register_terminal(
            store=side.store,
            name=f"{side.merchant.name}离线机",
            allowance_count=5,
            allowance_fen=10_000,
            by=two_merchants.operator,
            key=fresh_key(),
        )
        till = OfflineTill(terminal)
        till.scan_wrongly("RUBBISH", no=f"{side.merchant.pk}L1", fen=5_000, discount=500)
        till.upload()
