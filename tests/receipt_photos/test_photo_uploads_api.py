"""Every wrong way to send a photographed bill: files, fields, forms and limits."""

import json

import pytest
from django.test import Client

from loyalty.receipt_photos import queries
from loyalty.receipt_photos.models import ReceiptPhoto
from tests.receipt_photos.photo_requests import (
    ADDRESS,
    nothing_written,
    problem,
    send,
    upload,
)
from tests.receipt_photos.pictures import HOSTILE, animated_png, jpeg


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_is_refused_and_nothing_written(phone, form, kind):
    body = problem(send(phone, form, upload(HOSTILE[kind])), 400, "picture_refused")

    assert body["reason"] == "unreadable"
    assert body["detail"] == "请上传 JPEG 或 PNG 格式的完整照片。"
    nothing_written()


def test_a_moving_picture_is_refused(phone, form):
    body = problem(
        send(phone, form, upload(animated_png(), kind="image/png")), 400, "picture_refused"
    )

    assert body["reason"] == "animated"
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
    body = problem(send(phone, form | change), 400, "invalid_request")

    assert {error["field"] for error in body["errors"]} == {field}
    nothing_written()


@pytest.mark.parametrize("missing", ["store", "receipt_no", "paid_fen", "paid_at", "photo"])
def test_every_part_is_needed(phone, form, missing):
    rest = {name: value for name, value in form.items() if name != missing}

    body = problem(send(phone, rest, False if missing == "photo" else None), 400, "invalid_request")

    assert [error["field"] for error in body["errors"]] == [missing]
    nothing_written()


def test_text_is_no_file_and_a_file_no_text(phone, form):
    body = problem(send(phone, form | {"photo": "a text"}, False), 400, "invalid_request")
    assert body["errors"][0]["field"] == "photo"
    body = problem(send(phone, form | {"receipt_no": upload()}), 400, "invalid_request")
    assert body["errors"][0]["field"] == "receipt_no"
    body = problem(send(phone, form, upload(b"")), 400, "invalid_request")
    assert body["errors"][0]["message"] == "文件是空的。"
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

    body = problem(raw(phone, body), 400, "invalid_request")

    assert [error["field"] for error in body["errors"]] == ["receipt_no"]


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
