"""Ratings after real purchases: who may give them, which count, what is said of them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from credit import services as credit
from credit.errors import NothingToRate, RatingReplied, RatingTextHidden
from credit.models import Rating
from credit.queries.ratings import rating_rows, shopper_ratings
from credit.score.rating_cap import cap_ratings
from district.kernel import clock
from tests.factories.credit import fresh_key
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import bearer, make_member, make_operator


@pytest.fixture
def store(db):
    return make_earning_store()


def rate(member, store, stars=5, **terms):
    return credit.rate_purchase(member=member, store=store, stars=stars, key=fresh_key(), **terms)


def counted(store):
    now = clock.now()
    today = clock.business_day(now)
    rows = rating_rows([store.merchant_id], as_of=today, at=now, corrected_at=now)
    capped = cap_ratings(shopper_ratings(rows.get(store.merchant_id), today))
    return [(row.stars, row.number) for row in capped.ratings]


def test_only_a_purchase_of_ones_own_at_that_store_may_be_rated(store):
    member = make_member()
    with pytest.raises(NothingToRate):
        rate(member, store)
    receipt = buy(member, store, fen=20_00)
    for other in (make_member(), member):
        place = store if other is not member else make_earning_store()
        with pytest.raises(NothingToRate):
            rate(other, place)
    with pytest.raises(NothingToRate):
        rate(member, store, receipt_no="nobody's")
    with pytest.raises(NothingToRate), clock.travel_to(clock.now() + timedelta(days=91)):
        rate(member, store)
    key = fresh_key()
    first = credit.rate_purchase(member=member, store=store, stars=4, key=key)
    assert credit.rate_purchase(member=member, store=store, stars=4, key=key) == first
    assert first.receipt_id == receipt.pk


def test_the_latest_counts_and_one_given_back_counts_nothing(store):
    member = make_member()
    buy(member, store, fen=20_00)
    rate(member, store, 1)
    rate(member, store, 4)
    assert counted(store) == [(4, 1)]
    receipt = buy(member, store, fen=30_00)
    rate(member, store, 2, receipt_no=receipt.receipt_no)
    assert counted(store) == [(2, 1)]
    make_refund(receipt, fen=10_00)
    assert counted(store) == [(2, 1)]
    make_refund(receipt, fen=20_00)
    # Neither counts what was given back, nor does it hide what came before.
    assert counted(store) == [(4, 1)]
    with pytest.raises(NothingToRate):
        rate(member, store, receipt_no=receipt.receipt_no)


def test_a_merchant_replies_once_and_staff_hide_only_the_text(store):
    member, operator = make_member(), make_operator()
    buy(member, store, fen=20_00)
    rating = rate(member, store, 1, text="电话是 138…")
    credit.reply_to_rating(rating=rating, text="已联系您", by=operator)
    credit.reply_to_rating(rating=rating, text="已联系您", by=operator)
    with pytest.raises(RatingReplied):
        credit.reply_to_rating(rating=rating, text="再回一次", by=operator)
    with pytest.raises(IntegrityError), transaction.atomic():
        Rating.objects.filter(pk=rating.pk).update(reply="改")
    credit.hide_rating_text(rating=rating, reason="个人信息", by=operator)
    with pytest.raises(RatingTextHidden):
        credit.hide_rating_text(rating=rating, reason="个人信息", by=operator)
    path = f"/api/v1/stores/{store.public_id}/ratings"
    (public,) = Client().get(path).json()["results"]
    assert (public["stars"], public["text"], public["is_text_hidden"]) == (1, "", True)
    assert public["reply"] == "已联系您"
    assert counted(store) == [(1, 1)]
    credit.show_rating_text(rating=rating, by=operator)
    assert Client().get(path).json()["results"][0]["text"] == "电话是 138…"


def test_shoppers_rate_over_the_api(store):
    member = make_member()
    receipt = buy(member, store, fen=20_00)
    body = {"store": store.public_id, "receipt_no": receipt.receipt_no, "stars": 5, "text": "好"}
    headers = bearer(member) | {"HTTP_IDEMPOTENCY_KEY": "r-1"}

    def post(body):
        return Client().post("/api/v1/me/ratings", body, "application/json", **headers)

    answer = post(body)
    assert (answer.status_code, answer.json()["stars"]) == (201, 5)
    assert post(body).json() == answer.json()
    assert post(body | {"stars": 1}).json()["code"] == "idempotency_key_reused"
    assert post(body | {"stars": 6}).status_code == 400
    mine = Client().get("/api/v1/me/ratings", **bearer(member)).json()["results"]
    assert [row["id"] for row in mine] == [answer.json()["id"]]
    assert member.public_id not in Client().get(f"/api/v1/stores/{store.public_id}/ratings").text


def test_rings_are_flagged_and_count_nothing(store):
    members = [make_member() for _ in range(5)]
    for member in members:
        buy(member, store, fen=20_00)
        rate(member, store, 5)
    assert counted(store) == [(5, 5)]
    assert credit.flag_rings() == 5
    assert credit.flag_rings() == 0
    assert counted(store) == []
    assert Rating.objects.first().flag_reasons == ["burst_of_new_members"]
    # Two of them turn out to be one person: four shoppers are no crowd.
    credit.move_ratings(source=members[0].pk, into=members[1].pk)
    assert credit.flag_rings() == 5
    assert counted(store) == [(5, 4)]
