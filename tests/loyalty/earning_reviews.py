"""Steps of tests about ceilings and reviews."""

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.models import EarningReview
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import (
    fresh_key,
)

ABOVE = 5_000_100  # fen: 50,001 points


def approve(receipt, by, **options):
    options = {"key": fresh_key()} | options
    return loyalty.approve_earning(review=receipt.review, by=by, **options)


def refuse(receipt, by, note="收银密钥被盗用"):
    return loyalty.refuse_earning(review=receipt.review, by=by, key=fresh_key(), note=note)


def policy(**changes):
    return loyalty.set_alliance_policy(policy=AlliancePolicyValues(**changes), start=clock.now())


def states():
    return list(EarningReview.objects.order_by("pk").values_list("state", "exceeds"))
