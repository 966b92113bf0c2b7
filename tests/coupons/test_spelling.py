"""Codes, bill numbers and amounts as scanners and people give them are read alike everywhere."""

import pytest

from coupons import services as coupons
from coupons.issuing.services import import_codes
from coupons.models import CouponBill, Redemption
from district.kernel import clock
from district.kernel.text.money import format_yuan
from district.members import services as members
from loyalty import services as loyalty
from loyalty.models import Receipt
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.counter_page import COUNTER_PAGE, bill, confirmation, follow
from tests.coupons.counter_requests import CHECK, counter
from tests.factories.coupons import LONG_AGO, fresh_key, make_version
from tests.factories.members import make_operator
from tests.factories.merchants import make_clerk

pytestmark = pytest.mark.django_db
__all__ = ["counter"]


def wide(text):
    """Full width, as a Chinese input method writes it."""
    return "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)


SPELLINGS = {
    "a line feed": lambda text: f"{text}\n",
    "a carriage return and a line feed": lambda text: f"{text}\r\n",
    "blanks around": lambda text: f"  {text}\t",
    "small letters": str.lower,
    "full width": wide,
    "a byte order mark": lambda text: f"\ufeff{text}",
    "zero-width blanks": lambda text: f"\u200b{text[:4]}\u200b{text[4:]}",
    "blanks in groups": lambda text: f"{text[:4]} {text[4:8]}\u3000{text[8:]}",
    "all at once": lambda text: f"\ufeff {wide(text.lower())}\u3000\n",
}
each_spelling = pytest.mark.parametrize("spelt", SPELLINGS.values(), ids=SPELLINGS)


def shown_as(counter, kind):
    if kind == "rotating code":
        return counter.code
    if kind == "ticket":
        return counter.ask(CHECK, check_body(counter, counter.code), counter.till).json()["offers"][
            0
        ]["ticket"]
    if kind == "paper":
        return coupons.print_coupon(coupon=counter.coupon)
    store = counter.store
    version = make_version(stacking="free", offline="leased")
    coupon = counter.another(version)
    coupons.lease_coupon(coupon=coupon, store=store, hours=4, key=fresh_key())
    return counter.code_of(coupon)


def check_body(counter, *codes, **more):
    body = counter.body(*codes, **more)
    del body["request_no"]
    return body


@each_spelling
def test_a_rotating_code_at_the_till(counter, spelt):
    answer = counter.ask(CHECK, check_body(counter, spelt(counter.code)), counter.till)

    assert answer.status_code == 200, answer.content
    assert answer.json()["offers"][0]["usable"]


@pytest.mark.parametrize("kind", ["ticket", "paper", "pass"])
def test_whatever_is_shown(counter, kind):
    text = shown_as(counter, kind)
    for spelt in SPELLINGS.values():
        answer = counter.ask(CHECK, check_body(counter, spelt(text)), counter.till)
        assert answer.status_code == 200, (answer.content, spelt(text))
        assert answer.json()["offers"][0]["usable"]

    assert counter.redeem(SPELLINGS["all at once"](text)).status_code == 201


@pytest.mark.parametrize("hyphen", ["", "\u2013", "\uff0d", " - ", "\u2014"])
def test_a_printed_number_with_any_hyphen(counter, hyphen):
    number, pin = coupons.print_coupon(coupon=counter.coupon).split("-")

    answer = counter.ask(CHECK, check_body(counter, f"{number}{hyphen}{pin}"), counter.till)

    assert answer.status_code == 200, answer.content


def test_one_coupon_in_two_spellings_counts_once(counter):
    code = counter.code

    answer = counter.redeem(code, code.lower())

    assert (answer.status_code, answer.json()["code"]) == (409, "token_used")


@each_spelling
def test_a_card_code(counter, spelt):
    code = members.issue_card_code(member=counter.member).code
    body = {"store": counter.store.public_id, "code": spelt(code)}

    seen = counter.ask("/till/members/lookup", body, counter.till)

    assert seen.status_code == 201, seen.content
    assert seen.json()["member"]["id"] == counter.member.public_id


def test_a_bill_has_one_number_and_otherwise_decides_as_it_is_written(counter):
    at = {"store": counter.store.public_id}

    def earn(number, fen=10_000):
        body = {"receipt_no": number, "member": counter.member.public_id, "paid_fen": fen}
        paid_at = {"paid_at": clock.now().isoformat()}
        return counter.ask("/till/receipts", at | body | paid_at, counter.till)

    loyalty.set_terms(
        merchant=counter.store.merchant, earning_terms=loyalty.EarningTerms(), start=LONG_AGO
    )
    assert earn(f"\ufeff {wide('Bill-7')}\n").status_code == 201
    assert earn("Bill-7").json()["code"] == "receipt_already_posted"
    assert earn("bill-7\r\n", fen=20_000).status_code == 201
    assert earn("Bill 7").status_code == 400
    assert list(Receipt.objects.order_by("pk").values_list("receipt_no", flat=True)) == [
        *("Bill-7", "bill-7")
    ]
    given_back = {"receipt_no": "Bill-7\r\n", "refund_no": " R\uff0d1", "fen": 1_000}
    refunded = counter.ask("/till/refunds", at | given_back, counter.till)
    assert refunded.status_code == 201, refunded.content
    assert refunded.json()["parked"] is False


def test_gifts_and_codes_that_others_sold(counter):
    phone = members.open_session(member=counter.friend).token
    gift = coupons.offer_coupon(coupon=counter.coupon)
    answer = counter.ask("/me/coupons/gifts", {"code": SPELLINGS["all at once"](gift)}, phone)
    assert answer.status_code == 201, answer.content

    content = "code\n\uff2d\uff34247kq9x3pd\n".encode()
    by = make_operator("daoru")
    import_codes(version=make_version(), content=content, name="平台", by=by, key=fresh_key())
    answer = counter.ask("/me/coupons/codes", {"code": " mt24\u20137kq9\uff0dx3pd\n"}, phone)
    assert answer.status_code == 201, answer.content


def test_the_page_of_the_counter_stores_what_the_till_stores(counter):
    clerk = signed_in(make_clerk(merchant=counter.store.merchant, role="cashier").user)
    page = {"bill_no": f" {wide('B-300')}\u3000", "amount": "３００．５０"}
    sent = bill(counter.store, SPELLINGS["all at once"](counter.code), **page)

    checked = clerk.post(COUNTER_PAGE, sent)
    assert checked.status_code == 200, text_of(checked)
    follow(clerk, clerk.post(COUNTER_PAGE, confirmation(checked)))

    stored = CouponBill.objects.get()
    assert (stored.bill_no, stored.bill_fen) == ("B-300", 30_050)
    # The till knows the bill by the same number.
    answer = counter.redeem(counter.code, fen=30_050, no="B-300\n")
    assert answer.status_code == 201, answer.content
    assert CouponBill.objects.count() == 1
    assert Redemption.objects.count() == 2


@pytest.mark.parametrize(
    ("amount", "fen"),
    [("３００", 30_000), ("¥300.50", 30_050), ("1,300.5", 130_050), ("￥３００．５元", 30_050)],
)
def test_amounts_as_people_write_them(counter, amount, fen):
    clerk = signed_in(make_clerk(merchant=counter.store.merchant, role="cashier").user)

    checked = clerk.post(COUNTER_PAGE, bill(counter.store, counter.code, amount=amount))

    assert format_yuan(fen) in text_of(checked)


@pytest.mark.parametrize("amount", ["30,0", "3 元 5", "三百", "300.505", "-1", "NaN", "1e3x"])
def test_an_amount_nobody_can_read_is_asked_again(counter, amount):
    clerk = signed_in(make_clerk(merchant=counter.store.merchant, role="cashier").user)

    checked = clerk.post(COUNTER_PAGE, bill(counter.store, counter.code, amount=amount))

    assert checked.status_code == 422
