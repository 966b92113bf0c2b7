"""Every way the page of the counter can refuse: a message on the form, nothing half done."""

import pytest
from django.test import Client

from coupons import services as coupons
from coupons.models import PaperCode, Redemption
from district.kernel import clock
from district.merchants.models import AllianceMembership, Merchant
from tests.admin.action_forms import text_of
from tests.coupons.counter_page import COUNTER_PAGE, bill, code, confirmation
from tests.factories.coupons import claim, make_version, redeem, reported_bill
from tests.factories.merchants import make_clerk

pytestmark = pytest.mark.django_db


def test_a_ticket_of_yesterday_is_a_message(store, clerk, member, later):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))

    with later(minutes=11):
        refused = clerk.post(COUNTER_PAGE, sent)

    assert refused.status_code == 422
    assert "动态码已过期" in text_of(refused)
    assert not Redemption.objects.exists()


def test_why_not_is_said_to_the_clerk(store, clerk, member):
    held = claim(make_version(threshold_fen=12_000), member)

    page = clerk.post(COUNTER_PAGE, bill(store, code(held)))

    assert page.status_code == 200
    assert "不可用" in text_of(page)
    assert "20.00" in text_of(page)
    assert 'name="redeem"' not in page.content.decode()


def test_a_bad_code_among_good_ones_spoils_nothing(store, clerk, member):
    good = code(claim(make_version(), member))

    page = clerk.post(COUNTER_PAGE, bill(store, "NONSENSE", good))

    assert page.status_code == 200, text_of(page)
    assert "第 1 个券码：不是有效的券码" in text_of(page)
    assert len(confirmation(page)["use"]) == 1


def test_a_wrong_pin_is_counted_and_can_be_corrected(store, clerk, member):
    held = claim(make_version(), member)
    number, pin = coupons.print_coupon(coupon=held).split("-")
    wrong = f"{number}-{(int(pin) + 1) % 10_000:04d}"

    page = clerk.post(COUNTER_PAGE, bill(store, wrong))

    assert page.status_code == 422
    assert "还可以再试 4 次" in text_of(page)
    assert wrong in page.content.decode()
    assert PaperCode.objects.get().tries_left == 4


def test_a_coupon_used_meanwhile_is_refused_with_nothing_half_done(store, clerk, member):
    taken, free = (claim(make_version(stacking="free"), member) for _ in range(2))
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(taken), code(free))))
    redeem(taken, store=store, bill=reported_bill(10_000, no="B-9"))

    refused = clerk.post(COUNTER_PAGE, sent)

    assert refused.status_code == 200  # the other one can still be redeemed
    assert "已核销" in text_of(refused) or "已使用" in text_of(refused)
    assert Redemption.objects.count() == 1
    assert len(confirmation(refused)["use"]) == 1


def test_a_bill_that_was_told_otherwise_is_refused_at_the_check(store, clerk, member):
    version = make_version(per_member=2, stacking="free")
    redeem(claim(version, member), store=store, bill=reported_bill(9_900, no="B-0001"))

    page = clerk.post(COUNTER_PAGE, bill(store, code(claim(version, member))))

    assert page.status_code == 422
    assert "¥99.00" in text_of(page)
    checked = clerk.post(
        COUNTER_PAGE, bill(store, code(claim(make_version(stacking="free"), member)), amount="99")
    )
    assert "此前已用券 -¥5.00" in text_of(checked)


UNREADABLE = [
    {"amount": ""},
    {"amount": "-1"},
    {"amount": "1.001"},
    {"amount": "NaN"},
    {"amount": "1e99"},
    {"amount": "10000000001"},
    {"amount": "十元"},
    {"bill_no": ""},
    {"bill_no": "账单"},
    {"bill_no": "x" * 65},
    {"bill_no": "a\x00b"},
    {"codes": ""},
    {"codes": "券"},
    {"codes": "A" * 201},
    {"codes": "\n".join(f"A{n}" for n in range(11))},
    {"lines": "4711"},
    {"lines": "4711,1.005"},
    {"lines": "4711,Infinity"},
    {"lines": "4711,1e400"},
    {"lines": "\n".join(["1,1"] * 501)},
    {"store": ""},
    {"store": "\x00"},
    {"store": "9" * 23},
    {"kept": ["a\x00"]},
    {"kept": [f"A{n}" for n in range(11)]},
]
TAMPERED = [
    {"once": []},
    {"once": ["zz"]},
    {"use": []},
    {"use": ["\x00"]},
    {"use": ["NONSENSE"]},
    {"amount": ["0.01"]},
]


def test_what_cannot_be_read_is_a_message_on_the_form(store, clerk):
    pages = {
        str(wrong): clerk.post(COUNTER_PAGE, bill(store, "A1") | wrong) for wrong in UNREADABLE
    }

    assert {page.status_code for page in pages.values()} == {422}
    assert [name for name, page in pages.items() if "d-errors" not in page.content.decode()] == []


def test_a_confirmation_that_was_tampered_with_does_nothing(store, clerk, member):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))

    answers = {str(wrong): clerk.post(COUNTER_PAGE, sent | wrong).status_code for wrong in TAMPERED}

    assert set(answers.values()) <= {200, 422}
    assert not Redemption.objects.exists()


def test_the_same_form_with_other_terms_is_refused(store, clerk, member):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))
    clerk.post(COUNTER_PAGE, sent)

    other = clerk.post(COUNTER_PAGE, sent | {"bill_no": ["B-0002"]})

    assert other.status_code in {200, 422}
    assert Redemption.objects.count() == 1


@pytest.mark.parametrize("gone", ["alliance", "suspended"])
def test_a_merchant_out_of_the_alliance_redeems_nothing(store, clerk, member, gone):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))
    if gone == "alliance":
        AllianceMembership.objects.filter(merchant=store.merchant).delete()
    else:
        Merchant.objects.filter(pk=store.merchant_id).update(
            state="suspended", suspended_at=clock.now()
        )

    refused = clerk.post(COUNTER_PAGE, sent)

    assert refused.status_code == 422
    assert not Redemption.objects.exists()


def test_without_the_token_of_the_form_nothing_is_taken(store, member):
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_clerk(merchant=store.merchant, role="cashier").user)

    assert (
        client.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))).status_code
        == 403
    )


def test_a_wrong_pin_sent_as_a_ticket_counts_too(store, clerk, member):
    paper = coupons.print_coupon(coupon=claim(make_version(), member))
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, paper)))
    wrong = f"{(int(paper[13:]) + 1) % 10_000:04d}"

    for _try in range(6):
        refused = clerk.post(COUNTER_PAGE, sent | {"use": [f"{paper[:12]}-{wrong}"]})
        assert "已核销" not in text_of(refused)

    assert PaperCode.objects.get().tries_left == 0
    assert not Redemption.objects.exists()
