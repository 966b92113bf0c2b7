"""The page of the counter: who may redeem where, the check, and the redemption of what was checked."""

import re

import pytest

from coupons import services as coupons
from coupons.models import Coupon, Redemption
from district.kernel import clock
from district.kernel.models import AuditLine
from district.merchants.models import ClerkStore
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.counter_page import COUNTER_PAGE, bill, code, confirmation, follow
from tests.factories.coupons import GIFT, claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store, make_clerk, make_store

pytestmark = pytest.mark.django_db


# --- Who, and where -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("manager", 200), ("cashier", 200), ("finance", 403)]
)
def test_whoever_works_the_till_finds_it_in_the_sidebar(store, role, status):
    client = signed_in(make_clerk(merchant=store.merchant, role=role).user)

    page = client.get(COUNTER_PAGE)

    assert page.status_code == status
    assert (COUNTER_PAGE in client.get("/admin/").content.decode()) is (status == 200)
    assert (COUNTER_PAGE in client.get("/admin/search/?s=核销").content.decode()) is (status == 200)
    assert ("不能核销" in text_of(page)) is (status == 403)


def test_an_operator_is_told_why_not(store, member):
    operator = signed_in(make_operator("yunying"))
    held = claim(make_version(), member)

    assert "运营账号没有门店岗位" in text_of(operator.get(COUNTER_PAGE))
    assert operator.post(COUNTER_PAGE, bill(store, code(held))).status_code == 403
    assert COUNTER_PAGE not in operator.get("/admin/").content.decode()


def test_nobody_comes_in_from_outside(client, store):
    assert client.get(COUNTER_PAGE).status_code == 302
    assert client.post(COUNTER_PAGE, bill(store)).status_code == 302


def test_stores_of_others_and_closed_ones_cannot_be_chosen(store, clerk, member):
    foreign = allied_store()
    closed = make_store(merchant=store.merchant, state="closed", closed_at=clock.now())
    held = claim(make_version(), member)

    page = clerk.get(COUNTER_PAGE).content.decode()
    answers = [clerk.post(COUNTER_PAGE, bill(store, code(held))) for store in (foreign, closed)]

    assert store.name in page
    assert foreign.name not in page
    assert closed.name not in page
    assert [answer.status_code for answer in answers] == [422, 422]


def test_a_post_for_one_store_redeems_at_that_one_only(store, member):
    other = make_store(merchant=store.merchant)
    post = make_clerk(merchant=store.merchant, role="cashier")
    ClerkStore.objects.create(clerk=post, merchant=store.merchant, store=store)
    client, held = signed_in(post.user), claim(make_version(), member)

    assert client.post(COUNTER_PAGE, bill(other, code(held))).status_code == 422
    assert client.post(COUNTER_PAGE, bill(store, code(held))).status_code == 200


def test_the_ticket_of_another_store_is_none_here(store, clerk, member):
    other = make_store(merchant=store.merchant)
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))

    refused = clerk.post(COUNTER_PAGE, sent | {"store": [other.pk]})

    assert refused.status_code == 422
    assert not Redemption.objects.exists()


def test_the_store_is_remembered_on_the_device(store, clerk, member):
    second = make_store(merchant=store.merchant, name="ZZ 二店")
    clerk.post(COUNTER_PAGE, bill(second, code(claim(make_version(), member))))

    page = clerk.get(COUNTER_PAGE).content.decode()

    assert re.search(rf'value="{second.pk}" selected', page)
    clerk.cookies["counter_store"] = "str_\x00nonsense"
    assert clerk.get(COUNTER_PAGE).status_code == 200


# --- Check and redeem ---------------------------------------------------------------------


def test_a_check_says_what_it_is_worth_who_pays_and_uses_nothing(store, clerk, member):
    held = claim(make_version(payers=[(None, 5_000)]), member)

    page = clerk.post(COUNTER_PAGE, bill(store, code(held)))

    page_text = text_of(page)
    assert page.status_code == 200
    assert "满 20 元减 5 元" in page_text
    assert f"{store.merchant.name} ¥2.50" in page_text
    assert "核销 1 张，应付 ¥95.00" in page_text
    assert not Redemption.objects.exists()


def test_redeeming_says_so_and_a_second_click_changes_nothing(store, clerk, member):
    held = claim(make_version(), member)
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(held))))

    first, second = clerk.post(COUNTER_PAGE, sent), clerk.post(COUNTER_PAGE, sent)

    redemption = Redemption.objects.get()
    assert first.url == second.url
    page_text = follow(clerk, first)
    assert "已核销" in text_of(page_text)
    assert "应付 ¥95.00" in text_of(page_text)
    assert f"/admin/coupons/redemption/{redemption.pk}/change/" in page_text.content.decode()
    assert redemption.request.actor.startswith("user:")
    assert AuditLine.objects.get(verb="redeem_coupons").actor == redemption.request.actor
    held.refresh_from_db()
    assert held.state == Coupon.State.USED


def test_what_was_checked_outlives_its_code(store, clerk, member, later):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))

    with later(minutes=9):
        assert clerk.post(COUNTER_PAGE, sent).status_code == 302


def test_coupons_gather_on_the_page_and_the_best_of_them_is_used(store, clerk, member):
    small, large = make_version(face_fen=300), make_version(face_fen=800)
    gift = make_version(**GIFT, stacking="free")
    free = make_version(face_fen=200, stacking="free")
    first = clerk.post(COUNTER_PAGE, bill(store, code(claim(small, member))))
    kept = confirmation(first)["kept"]

    both = clerk.post(COUNTER_PAGE, bill(store, code(claim(large, member)), kept=kept))
    sent = confirmation(both)
    assert (len(sent["kept"]), len(sent["use"])) == (2, 1)
    assert "本次不会使用" in text_of(both)
    assert "核销 1 张，应付 ¥92.00" in text_of(both)

    without = clerk.post(COUNTER_PAGE, sent | {"drop": sent["use"], "redeem": [], "use": []})
    assert "核销 1 张，应付 ¥97.00" in text_of(without)

    both_checked = clerk.post(
        COUNTER_PAGE, bill(store, code(claim(free, member)), code(claim(gift, member)))
    )
    assert "核销 2 张，应付 ¥98.00" in text_of(both_checked)
    done = text_of(follow(clerk, clerk.post(COUNTER_PAGE, confirmation(both_checked))))
    assert "兑换：热美式一杯" in done
    assert Redemption.objects.count() == 2


def test_the_last_one_put_back_leaves_an_empty_form(store, clerk, member):
    sent = confirmation(clerk.post(COUNTER_PAGE, bill(store, code(claim(make_version(), member)))))
    del sent["redeem"]

    page = clerk.post(COUNTER_PAGE, sent | {"drop": sent["kept"]})

    assert page.status_code == 200
    assert "核销 1 张" not in text_of(page)
    assert 'value="B-0001"' in page.content.decode()


def test_a_coupon_read_twice_counts_once(store, clerk, member):
    held = claim(make_version(uses=1), member)
    first = code(held)
    kept = confirmation(clerk.post(COUNTER_PAGE, bill(store, first)))["kept"]

    page = clerk.post(COUNTER_PAGE, bill(store, code(held), kept=kept))

    assert len(confirmation(page)["use"]) == 1


def test_printed_numbers_are_typed_with_or_without_the_hyphen(store, clerk, member):
    paper = coupons.print_coupon(coupon=claim(make_version(), member))

    typed = clerk.post(COUNTER_PAGE, bill(store, f" {paper[:4]} {paper[4:12]}{paper[13:]} "))

    assert follow(clerk, clerk.post(COUNTER_PAGE, confirmation(typed))).status_code == 200
    assert Redemption.objects.count() == 1


def test_a_coupon_for_some_goods_asks_for_lines(store, clerk, member):
    version = make_version(scope={"products": ["4711"]}, threshold_fen=0)
    lines = "4711，12.50\n4712,87.5\n"

    without = clerk.post(COUNTER_PAGE, bill(store, code(claim(version, member))))
    page = clerk.post(COUNTER_PAGE, bill(store, code(claim(version, make_member())), lines=lines))

    assert "不可用" in text_of(without)
    assert "核销 1 张，应付 ¥95.00" in text_of(page)
    assert Redemption.objects.count() == 0


def test_a_redemption_that_was_reversed_is_told_as_such(store, clerk, member):
    held = claim(make_version(), member)
    answer = clerk.post(
        COUNTER_PAGE, confirmation(clerk.post(COUNTER_PAGE, bill(store, code(held))))
    )
    coupons.reverse_redemption(
        redemption=Redemption.objects.get(), reason="扫错券", actor="user:1", key=fresh_key()
    )

    assert "已撤销" in text_of(follow(clerk, answer))


def test_what_another_merchant_redeemed_is_not_told_here(store, clerk, member):
    done = redeem(claim(make_version(), member), store=store, bill=reported_bill(10_000, no="B-77"))
    stranger = signed_in(make_clerk(merchant=allied_store().merchant, role="cashier").user)

    assert "B-77" in text_of(clerk.get(COUNTER_PAGE, {"done": done.request_no}))
    assert "B-77" not in text_of(stranger.get(COUNTER_PAGE, {"done": done.request_no}))
    assert stranger.get(COUNTER_PAGE, {"done": "\x00"}).status_code == 400
