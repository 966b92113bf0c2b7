"""What the cross-cutting tests need to know of issuing and codes; see tests/contributions.py."""

from itertools import count
from typing import Any

from coupons.issuing import services as issuing
from coupons.models import TemplateVersion
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.coupons import make_version
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_operator


def right_requests(store_visit: StoreVisit) -> RightRequests:
    by = make_operator("issuing operator")
    _import_code("MT247KQ9X3PD", version=make_version(), by=by)
    return RightRequests(bodies={"use_coupon_code": {"code": "MT24-7KQ9-X3PD"}})


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    numbers, version, by = count(1), make_version(per_member=100), make_operator()

    def new_code() -> str:
        code = f"CODE{next(numbers):06}"
        _import_code(code, version=version, by=by)
        return code

    return AimedRequests(fresh={"POST /api/v1/me/coupons/codes": {"code": new_code}})


def make_admin_rows(two_merchants: Any) -> None:
    """A coupon given to a list, and a code for it that somebody else sold."""
    for side in two_merchants.sides:
        version = TemplateVersion.objects.get(template__merchant=side.merchant, state="published")
        issuing.open_issue_job(
            version=version,
            to=f"member\n{two_merchants.member.public_id}\n".encode(),
            name=f"发券{side.merchant.pk}",
            by=two_merchants.operator,
            key=fresh_key(),
        )
        _import_code(f"2026{side.merchant.pk:08}", version=version, by=two_merchants.operator)


def _import_code(code: str, *, version: TemplateVersion, by: Any) -> None:
    imported = issuing.import_codes(
        version=version,
        content=f"code\n{code}\n".encode(),
        name=f"券码{code}",
        by=by,
        key=fresh_key(),
    )
    assert imported.imported == 1
