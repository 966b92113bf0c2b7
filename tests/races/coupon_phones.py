"""Many members with phones, and what became of their requests."""

from collections import Counter

from district.members import services as members
from tests.coupon_api_clients import CouponShopperClient
from tests.factories.members import make_member


def statuses(answers):
    return Counter((answer.status_code, answer.json().get("code")) for answer in answers)


def phones(base_url, count):
    """So many members, each with a phone."""
    return [
        CouponShopperClient(
            base_url, members.open_session(member=make_member(f"会员{number}")).token
        )
        for number in range(count)
    ]
