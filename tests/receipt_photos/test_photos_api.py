"""Sending a photographed bill as wx.uploadFile does, and every way to do it wrong."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.models import Idem
from district.merchants import services as merchants
from loyalty.receipt_photos import queries
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto
from tests.factories.loyalty import fresh_key
from tests.factories.members import bearer, make_member
from tests.receipt_photos.photo_steps import confirm, post
from tests.receipt_photos.pictures import HOSTILE, PLACE, animated_png, jpeg, located

ADDRESS = "/api/v1/me/receipts"
PROBLEM = "application/problem+json"


@pytest.fixture
def phone(member):
    return Client(raise_request_exception=False, **bearer(member))


@pytest.fixture
def form(store):
    return {
        "store": store.public_id,
        "receipt_no": "20261121-0042",
        "paid_fen": "12680",
        "paid_at": clock.now().isoformat(),
    }


def upload(body=None, name="tmp_7f3a.jpg", kind="image/jpeg"):
    return SimpleUploadedFile(name, jpeg() if body is None else body, kind)


def send(phone, form, photo=None, *, key="k-1", **headers):
    body = form | ({} if photo is False else {"photo": photo or upload()})
    given = headers if key is None else {"HTTP_IDEMPOTENCY_KEY": key, **headers}
    return phone.post(ADDRESS, body, **given)


def problem(answer, status, code):
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, PROBLEM), answer.content
    told = answer.json()
    assert told["code"] == code
    return told


def nothing_written():
    assert not ReceiptPhoto.objects.exists()
    assert not PhotoPicture.objects.exists()
    assert not Idem.objects.filter(scope__contains="receipt_photo").exists()


def test_a_photograph_is_taken_and_waits(phone, form, store):
    answer = send(phone, form)

    assert answer.status_code == 201
    told = answer.json()
    assert (told["state"], told["title"], told["points"]) == ("submitted", "待审核", None)
    assert told["message"] == "门店正在审核，通过后积分自动到账。"
    assert (told["store"], told["store_name"]) == (store.public_id, store.name)
    assert (told["receipt_no"], told["paid_fen"]) == ("20261121-0042", 12_680)
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

    told = send(phone, form).json()

    assert (told["state"], told["points"]) == ("already_earned", 126)
    assert told["message"] == "这笔消费已经积过分，不再重复积分。"


def test_that_somebody_else_earned_with_it_is_not_told(phone, form, store):
    from tests.receipt_photos.photo_steps import purchase

    at = clock.instant(form["paid_at"])
    post(make_member("小周"), store, purchase("20261121-0042", at=at, source="till"))

    assert send(phone, form).json()["state"] == "submitted"


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_written(phone, form, kind):
    told = problem(send(phone, form, upload(HOSTILE[kind])), 400, "picture_refused")

    assert told["reason"] == "unreadable"
    assert told["detail"] == "请上传 JPEG 或 PNG 格式的完整照片。"
    nothing_written()


def test_a_moving_picture_is_refused(phone, form):
    told = problem(
        send(phone, form, upload(animated_png(), kind="image/png")), 400, "picture_refused"
    )

    assert told["reason"] == "animated"
    nothing_written()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../../etc/passwd", "text/html"),
        ("x.php", "application/x-httpd-php"),
        ("x.svg", "image/svg+xml"),
        ("小票.jpg", "image/jpeg"),
        ("a" * 500 + ".jpg", ""),
    ],
)
def test_what_a_client_says_of_its_file_is_not_believed(phone, form, name, kind):
    assert send(phone, form, upload(name=name, kind=kind)).status_code == 201

    photo = ReceiptPhoto.objects.select_related("member").get()
    assert queries.picture_of(photo).startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"paid_fen": "0"}, "paid_fen"),
        ({"paid_fen": "-1"}, "paid_fen"),
        ({"paid_fen": "1.5"}, "paid_fen"),
        ({"paid_fen": "1e3"}, "paid_fen"),
        ({"paid_fen": "１２"}, "paid_fen"),
        ({"paid_fen": ""}, "paid_fen"),
        ({"paid_fen": "9" * 19}, "paid_fen"),
        ({"paid_fen": "9" * 5_000}, "paid_fen"),
        ({"paid_at": "2026-11-21T18:30:00"}, "paid_at"),
        ({"paid_at": "yesterday"}, "paid_at"),
        ({"paid_at": ""}, "paid_at"),
        ({"receipt_no": ""}, "receipt_no"),
        ({"receipt_no": "a b"}, "receipt_no"),
        ({"receipt_no": "x" * 65}, "receipt_no"),
        ({"receipt_no": "x\x00"}, "receipt_no"),
        ({"receipt_no": "<b>"}, "receipt_no"),
        ({"store": "str_short"}, "store"),
        ({"store": "' or 1=1 --"}, "store"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_written(phone, form, change, field):
    told = problem(send(phone, form | change), 400, "invalid_request")

    assert {one["field"] for one in told["errors"]} == {field}
    nothing_written()


@pytest.mark.parametrize("missing", ["store", "receipt_no", "paid_fen", "paid_at", "photo"])
def test_every_part_is_needed(phone, form, missing):
    given = {name: value for name, value in form.items() if name != missing}

    told = problem(
        send(phone, given, False if missing == "photo" else None), 400, "invalid_request"
    )

    assert [one["field"] for one in told["errors"]] == [missing]
    nothing_written()


def test_text_is_no_file_and_a_file_no_text(phone, form):
    told = problem(send(phone, form | {"photo": "a text"}, False), 400, "invalid_request")
    assert told["errors"][0]["field"] == "photo"
    told = problem(send(phone, form | {"receipt_no": upload()}), 400, "invalid_request")
    assert told["errors"][0]["field"] == "receipt_no"
    told = problem(send(phone, form, upload(b"")), 400, "invalid_request")
    assert told["errors"][0]["message"] == "文件是空的。"
    nothing_written()


def multipart(*parts, boundary="b0undary", end=True):
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + value + b"\r\n"
        for head, value in parts
    )
    return body + (f"--{boundary}--\r\n".encode() if end else b"")


def raw(phone, body, kind="multipart/form-data; boundary=b0undary", **headers):
    return phone.generic(
        "POST", ADDRESS, body, content_type=kind, HTTP_IDEMPOTENCY_KEY="k-1", **headers
    )


def test_a_form_that_is_none_is_refused(phone, form, settings):
    settings.RATE_LIMITS_OFF = True
    twice = multipart(*[('name="store"', b"x")] * 2)
    both = multipart(('name="photo"', b"x"), ('name="photo"; filename="a.jpg"', jpeg()))
    bodies = [
        (b"", "multipart/form-data; boundary=b0undary"),
        (b"rubbish", "multipart/form-data; boundary=b0undary"),
        (b"rubbish", "multipart/form-data"),
        (b"rubbish", "multipart/form-data; boundary=" + "x" * 300),
        (b"rubbish", "multipart/form-data; boundary=\x01"),
        (twice, "multipart/form-data; boundary=b0undary"),
        (both, "multipart/form-data; boundary=b0undary"),
        (
            multipart(*[(f'name="f{n}"', b"x") for n in range(1_500)]),
            "multipart/form-data; boundary=b0undary",
        ),
        (
            multipart(*[(f'name="f{n}"; filename="x"', b"x") for n in range(150)]),
            "multipart/form-data; boundary=b0undary",
        ),
    ]
    for body, kind in bodies:
        problem(raw(phone, body, kind), 400, "invalid_request")
    nothing_written()


def test_broken_letters_in_a_field_are_refused(phone, form):
    body = multipart(
        ('name="receipt_no"', b"\xff\xfe42"),
        *((f'name="{name}"', form[name].encode()) for name in ("store", "paid_fen", "paid_at")),
        ('name="photo"; filename="a.jpg"', jpeg()),
    )

    told = problem(raw(phone, body), 400, "invalid_request")

    assert [one["field"] for one in told["errors"]] == ["receipt_no"]


def test_another_content_type_is_refused(phone, form):
    for kind in (
        "application/json",
        "application/x-www-form-urlencoded",
        "image/jpeg",
        "text/plain",
    ):
        problem(raw(phone, json.dumps(form).encode(), kind), 415, "unsupported_media_type")
    nothing_written()


def test_a_photograph_has_a_limit_of_its_own_and_other_addresses_keep_theirs(phone, form, settings):
    assert settings.PHOTO_LIMIT == 8 * 1024 * 1024
    heavy = upload(jpeg() + b"\0" * 3_000_000)
    assert send(phone, form, heavy).status_code == 201
    too_heavy = upload(jpeg() + b"\0" * settings.PHOTO_LIMIT)
    problem(send(phone, form, too_heavy, key="k-2"), 413, "body_too_large")

    answer = phone.generic(
        "POST", "/api/v1/session", b" " * 3_000_000, content_type="application/json"
    )
    problem(answer, 413, "body_too_large")


def test_a_field_of_megabytes_is_refused(phone, form):
    problem(send(phone, form | {"receipt_no": "x" * 2_000_000}), 413, "body_too_large")
    nothing_written()


def test_nothing_unsealed_touches_a_disk(phone, form, tmp_path, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")

    assert send(phone, form, upload(jpeg() + b"\0" * 4_000_000)).status_code == 201


def test_a_key_and_a_token_are_needed(phone, form):
    problem(send(phone, form, key=None), 400, "idempotency_key_missing")
    stranger = Client(raise_request_exception=False)
    problem(send(stranger, form), 401, "sign_in_again")
    nothing_written()


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

    assert [(one["title"], one["message"], one["points"]) for one in page["results"]] == [
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
    told = problem(withdraw(mine, "w-3"), 409, "photo_decided")
    assert (told["state"], told["detail"]) == ("withdrawn", "这张小票已由会员撤回。")
    assert clerk_of(store).pk
    assert not PhotoPicture.objects.filter(photo__public_id=mine).exists()
