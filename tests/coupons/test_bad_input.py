"""Codes and bodies nobody should send: a clear problem each, and nothing written."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings

from coupons import services as coupons
from coupons.engine.bill import Bill
from coupons.issuing.services import import_codes
from district.kernel import clock
from district.members import services as members
from tests.coupons.counter_requests import CHECK, REDEMPTIONS, counter, nothing_written, problem_of  # noqa: F401
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_operator
from tests.factories.merchants import till_of, visit_of
from tests.kernel.raw_http import send

INVALID, MALFORMED = (400, "token_invalid"), (400, "invalid_request")
GIFTS = "/me/coupons/gifts"


def other_letter(text, at):
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def ticket(client, store):
    checked = coupons.check_coupons(
        store=store, reported_bill=Bill(5_000, bill_no="B"), codes=[client.code]
    )
    return checked.tickets[client.coupon.public_id]


def sold(client):
    content, by = b"code\nMT247KQ9X3PD\n", make_operator()
    import_codes(version=make_version(), content=content, name="平台", by=by, key=fresh_key())
    return "MT247KQ9X3PD"


def given_away(client):
    """A code of before its coupon went to a friend."""
    code = client.code
    gift = coupons.offer_coupon(coupon=client.coupon)
    coupons.accept_coupon(code=gift, member=client.friend, key=fresh_key())
    return code


def used_up(client):
    """A code of before its coupon was used to the end."""
    coupon = client.another(make_version(stacking="free"))
    code = client.code_of(coupon)
    client.used(client.code_of(coupon))
    return code


def used(client):
    code = client.code
    client.used(code)
    return code


CODES = {
    "forged at the front": (lambda client: other_letter(client.code, 0), INVALID),
    "forged in the middle": (lambda client: other_letter(client.code, 30), INVALID),
    "forged at the end": (lambda client: other_letter(client.code, -2), INVALID),
    "truncated": (lambda client: client.code[:-8], INVALID),
    "half of it": (lambda client: client.code[: len(client.code) // 2], INVALID),
    "one letter": (lambda client: "A", INVALID),
    "with a tail": (lambda client: client.code + "AAAAAAAA", INVALID),
    "as long as may be": (lambda client: "A" * 200, INVALID),
    "over-long": (lambda client: "A" * 201, MALFORMED),
    "two in one": (
        lambda client: f"{client.code}\n{client.code}\n{client.code}\n{client.code}",
        MALFORMED,
    ),
    "nothing but blanks": (lambda client: " \u3000\u200b\n", MALFORMED),
    "endless": (lambda client: "A" * 100_000, MALFORMED),
    "SQL": (lambda client: "' or 1=1 --", MALFORMED),
    "the coupon's public id": (lambda client: client.coupon.public_id, MALFORMED),
    "a member's card code": (
        lambda client: members.issue_card_code(member=client.member).code,
        INVALID,
    ),
    "a gift": (lambda client: coupons.offer_coupon(coupon=client.coupon), INVALID),
    "a code that others sold": (sold, INVALID),
    "a paper number nobody printed": (lambda client: "000000000000-0000", INVALID),
    "a ticket of another store": (lambda client: ticket(client, client.elsewhere), INVALID),
    "of a coupon given away": (given_away, INVALID),
    "used already": (used, (409, "token_used")),
}


@pytest.mark.parametrize("kind", CODES)
def test_a_code_that_is_none(counter, kind):  # noqa: F811
    make, expected = CODES[kind]
    code = make(counter)

    with nothing_written():
        for act in (CHECK, REDEMPTIONS):
            assert problem_of(counter.ask(act, counter.body(code), counter.till)) == expected, act


@pytest.mark.parametrize(
    ("make", "after"),
    [(lambda client: client.code, 31), (lambda client: ticket(client, client.store), 601)],
    ids=["code", "ticket"],
)
def test_an_expired_code(counter, make, after):  # noqa: F811
    code = make(counter)

    with time_machine.travel(clock.real_now() + timedelta(seconds=after)), nothing_written():
        assert problem_of(counter.redeem(code)) == (410, "token_expired")


def test_a_coupon_shown_twice_at_once_and_too_many_codes(counter):  # noqa: F811
    with nothing_written():
        assert problem_of(counter.redeem(counter.code, ticket(counter, counter.store))) == (
            409,
            "token_used",
        )
        assert problem_of(counter.redeem(*[counter.code] * 11)) == MALFORMED
        assert problem_of(counter.redeem()) == MALFORMED


def test_a_code_of_a_coupon_used_up_says_so_first(counter):  # noqa: F811
    code = used_up(counter)

    with nothing_written():
        answer = counter.redeem(code)
        assert problem_of(answer) == (409, "coupon_not_usable")
        assert [reason["code"] for reason in answer.json()["reasons"]] == ["used"]


def test_one_wrong_code_among_right_ones_uses_none(counter):  # noqa: F811
    with nothing_written():
        assert problem_of(counter.redeem(counter.code, "AAAA")) == INVALID


ELSEWHERE = {
    "a rotating code as a gift": (GIFTS, lambda client: client.code, INVALID),
    "a ticket as a gift": (GIFTS, lambda client: ticket(client, client.store), INVALID),
    "a card code as a gift": (
        GIFTS,
        lambda client: members.issue_card_code(member=client.member).code,
        INVALID,
    ),
    "a truncated gift": (
        GIFTS,
        lambda client: coupons.offer_coupon(coupon=client.coupon)[:-4],
        INVALID,
    ),
    "the own gift": (
        GIFTS,
        lambda client: coupons.offer_coupon(coupon=client.coupon),
        (409, "coupon_not_transferable"),
    ),
    "a rotating code as one that others sold": (
        "/me/coupons/codes",
        lambda client: client.code[:60],
        (409, "coupon_code_not_usable"),
    ),
    "a paper number as one that others sold": (
        "/me/coupons/codes",
        lambda client: coupons.print_coupon(coupon=client.coupon),
        (409, "coupon_code_not_usable"),
    ),
}


@pytest.mark.parametrize("kind", ELSEWHERE)
def test_a_code_of_another_kind_on_the_phone(counter, kind):  # noqa: F811
    path, make, expected = ELSEWHERE[kind]
    code = make(counter)

    with nothing_written():
        assert problem_of(counter.ask(path, {"code": code})) == expected


def test_a_coupons_code_opens_no_visit(counter):  # noqa: F811
    body = {"store": counter.store.public_id, "code": counter.code}

    with nothing_written():
        assert problem_of(counter.ask("/till/members/lookup", body, counter.till)) == INVALID


BODIES = {
    "nothing": (b"", "application/json", MALFORMED),
    "cut off": (b'{"store": "', "application/json", MALFORMED),
    "invalid UTF-8": (b'{"store": "\xff\xfe"}', "application/json", MALFORMED),
    "UTF-16": ('{"store": "x"}'.encode("utf-16"), "application/json", MALFORMED),
    "nested": (b"[" * 100_000 + b"]" * 100_000, "application/json", MALFORMED),
    "nested in a field": (
        b'{"bill":' * 5_000 + b"1" + b"}" * 5_000,
        "application/json",
        MALFORMED,
    ),
    "a list": (b"[]", "application/json", MALFORMED),
    "NaN": (b'{"bill": {"no": "B", "fen": NaN}}', "application/json", MALFORMED),
    "a form": (b"store=x&bill=y", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
    "text": (b"{}", "text/plain", (415, "unsupported_media_type")),
    "XML": (b"<a/>", "application/xml", (415, "unsupported_media_type")),
    "a file": (b"--x--", "multipart/form-data; boundary=x", (415, "unsupported_media_type")),
    "too much": (
        b'{"a": "' + b"x" * (settings.BODY_LIMIT + 1) + b'"}',
        "application/json",
        (413, "body_too_large"),
    ),
}  # fmt: skip
WRITES = ["/me/coupons", GIFTS, "/till/coupons", CHECK, REDEMPTIONS, "/till/tags"]


@pytest.mark.parametrize("kind", BODIES)
def test_a_body_that_is_none(counter, kind):  # noqa: F811
    body, content_type, expected = BODIES[kind]

    with nothing_written():
        for path in WRITES:
            token = counter.till if path.startswith("/till") else counter.phone
            answer = counter.ask(path, body, token, content_type=content_type)
            assert problem_of(answer) == expected, path


def test_ten_megabytes_at_a_real_server(web):
    from tests.coupons.counter_requests import CounterRequests

    client = CounterRequests()
    head = (
        f"POST /api/v1{REDEMPTIONS} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        f"Authorization: Bearer {client.till}\r\nIdempotency-Key: big\r\n"
        "Content-Type: application/json\r\n"
    ).encode()

    with nothing_written():
        sent = send(web.port, head, b"Content-Length: 10485760\r\n\r\n", [b"x" * 65_536] * 160)
        chunked = send(web.port, head, b"Transfer-Encoding: chunked\r\n\r\n", b"0\r\n\r\n")

    assert (sent.status, sent.problem["code"]) == (413, "body_too_large")
    assert (chunked.status, chunked.problem["code"]) == (411, "length_required")


def test_a_visit_of_nobody_checks_nothing(counter):  # noqa: F811
    visit = visit_of(counter.member, till_of(counter.elsewhere), counter.elsewhere).token
    body = counter.body() | {"visit": visit}

    with nothing_written():
        assert problem_of(counter.ask(CHECK, body, counter.till)) == (403, "visit_elsewhere")
        body["visit"] = "vis_" + "A" * 43
        assert problem_of(counter.ask(CHECK, body, counter.till))[1] == "visit_unknown"
