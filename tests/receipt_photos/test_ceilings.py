"""Ceilings on earning hold for photographed bills: confirmed, and the points wait for an operator."""

from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import EarningReview
from tests.factories.loyalty import fresh_key
from tests.factories.members import bearer, make_operator
from tests.receipt_photos.photo_steps import confirm, purchase, send


def test_a_bill_above_the_ceiling_is_confirmed_and_waits(member, store, clerk, client):
    photo = send(member, store, purchase(fen=10**12))
    confirm(photo, clerk)

    assert queries.balance_of(member) == queries.Balance(0, 0, 10**10, 0)
    (photo,) = client.get("/api/v1/me/receipts", **bearer(member)).json()["results"]
    assert photo["state"] == "confirmed"
    assert "复核" in photo["message"]

    review = EarningReview.objects.get()
    loyalty.refuse_earning(review=review, by=make_operator(), key=fresh_key(), note="小票系伪造")
    (photo,) = client.get("/api/v1/me/receipts", **bearer(member)).json()["results"]
    assert "未通过复核" in photo["message"]
    assert queries.balance_of(member).pending == 0
