"""Sending a photographed bill as wx.uploadFile does, and every way to do it wrong."""

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.merchants import services as merchants
from loyalty.receipt_photos import queries
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member
from tests.receipt_photos.photo_requests import ADDRESS, nothing_written, problem, send, upload
from tests.receipt_photos.photo_steps import confirm, post
from tests.receipt_photos.pictures import PLACE, located


def test_a_photograph_is_taken_and_waits(phone, form, store):
    answer = send(phone, form)

    assert answer.status_code == 201
    body = answer.json()
    assert (body["state"], body["title"], body["points"]) == ("submitted", "待审核", None)
    assert body["message"] == "门店正在审核，通过后积分自动到账。"
    assert (body["store"], body["store_name"]) == (store.public_id, store.name)
    assert (body["receipt_no"], body["paid_fen"]) == ("20261121-0042", 12_680)
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_kept_says_nothing_of_where_it_was_taken(phone, form):
    assert send(phone, form, upload(located())).status_code == 201

    kept = queries.picture_of(ReceiptPhoto.objects.select_related("member").get())
    assert kept.startswith(b"\xff\xd8\xff")
    assert PLACE.encode() not in kept
    assert b"SpyPhone" not in kept


def test_a_repeat_has_the_same_answer_to_the_letter(phone, form):
    first = send(phone, form)

    assert send(phone, form).content == first.content
    assert ReceiptPhoto.objects.count() == 1


def test_a_repeat_is_answered_although_the_store_has_left(phone, form, store):
    first = send(phone, form)
    merchants.withdraw_merchant(merchant=store.merchant, at=clock.now(), by=None)

    assert send(phone, form).content == first.content
    problem(send(phone, form, key="k-2"), 409, "store_not_in_alliance")


def test_another_picture_under_the_same_key_is_refused(phone, form):
    send(phone, form)

    problem(send(phone, form, upload(located())), 422, "idempotency_key_reused")
    assert ReceiptPhoto.objects.count() == 1


def test_a_bill_that_earned_at_the_till_comes_back_with_its_points(phone, form, member, store):
    at = clock.instant(form["paid_at"])
    from tests.receipt_photos.photo_steps import purchase

    post(member, store, purchase("20261121-0042", at=at, source="till"))

    body = send(phone, form).json()

    assert (body["state"], body["points"]) == ("already_earned", 126)
    assert body["message"] == "这笔消费已经积过分，不再重复积分。"


def test_that_somebody_else_earned_with_it_is_not_revealed(phone, form, store):
    from tests.receipt_photos.photo_steps import purchase

    at = clock.instant(form["paid_at"])
    post(make_member("小周"), store, purchase("20261121-0042", at=at, source="till"))

    assert send(phone, form).json()["state"] == "submitted"


def test_a_store_of_nobody_and_one_outside_the_alliance_is_refused(phone, form, store):
    problem(send(phone, form | {"store": new_id("str")}), 404, "not_found")
    merchants.withdraw_merchant(merchant=store.merchant, at=clock.now(), by=None)
    problem(send(phone, form), 409, "store_not_in_alliance")
    nothing_written()


def test_too_many_are_slowed_down(phone, form, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"photo_member": (2, 60)}

    answers = [send(phone, form, key=f"k-{n}") for n in range(3)]

    assert [answer.status_code for answer in answers] == [201, 409, 429]
    assert int(answers[2].headers["Retry-After"]) > 0


def test_a_member_sees_only_their_own_and_why(phone, form, member, store):
    from tests.receipt_photos.photo_steps import clerk_of, purchase
    from tests.receipt_photos.photo_steps import send as submit

    clerk = clerk_of(store).user
    submit(make_member("小周"), store)
    rejected = submit(member, store, purchase("a", 100))
    bills.reject_photo(photo=rejected, reason="unreadable", note="", by=clerk, key=fresh_key())
    other = submit(member, store, purchase("b", 200))
    bills.reject_photo(photo=other, reason="other", note="小票被涂改", by=clerk, key=fresh_key())
    noted = submit(member, store, purchase("c", 300))
    bills.reject_photo(photo=noted, reason="not_paid", note="已退款", by=clerk, key=fresh_key())
    confirm(submit(member, store, purchase("d", 40_000)), clerk)

    page = phone.get(ADDRESS).json()

    assert [(photo["title"], photo["message"], photo["points"]) for photo in page["results"]] == [
        ("已入账", "已入账。", 400),
        ("未通过", "小票没有付款，或已经退款：已退款", None),
        ("未通过", "小票被涂改", None),
        ("未通过", "照片看不清，请重新拍摄完整、清晰的小票", None),
    ]
    assert page["next"] is None


def test_a_page_costs_the_same_however_long_it_is(phone, member, store, django_assert_num_queries):
    from tests.receipt_photos.photo_steps import purchase
    from tests.receipt_photos.photo_steps import send as submit

    for number in range(12):
        submit(member, store, purchase(f"n{number}", 100 + number))
    phone.get(ADDRESS)

    with django_assert_num_queries(2):
        assert len(phone.get(ADDRESS).json()["results"]) == 12


def test_a_member_takes_back_only_what_is_theirs_and_open(phone, form, store):
    from tests.receipt_photos.photo_steps import clerk_of
    from tests.receipt_photos.photo_steps import send as submit

    foreign = submit(make_member("小周"), store)
    mine = send(phone, form).json()["id"]

    def withdraw(photo, key):
        return phone.post(f"{ADDRESS}/{photo}/withdraw", HTTP_IDEMPOTENCY_KEY=key)

    problem(withdraw(foreign.public_id, "w-1"), 404, "not_found")
    problem(withdraw("bph_nothing", "w-1"), 404, "not_found")
    first = withdraw(mine, "w-2")
    assert (first.status_code, first.json()["state"]) == (200, "withdrawn")
    assert withdraw(mine, "w-2").content == first.content
    body = problem(withdraw(mine, "w-3"), 409, "photo_decided")
    assert (body["state"], body["detail"]) == ("withdrawn", "这张小票已由会员撤回。")
    assert clerk_of(store).pk
    assert not PhotoPicture.objects.filter(photo__public_id=mine).exists()
