"""Merchants, stores and clerks are run by forms that call the verbs."""

import pytest
from django.test import Client

from district.kernel.models import AuditLine
from district.merchants.models import Merchant, Store
from tests.admin.action_forms import act, fields_of, once_of, text_of
from tests.admin.two_merchants import table_digests
from tests.factories.merchants import make_trade, make_venue

NEW = {"name": "丙号面馆", "legal_name": "丙号餐饮有限公司", "uscc": "91330100MA27XXXX0A"}


def last_line():
    return AuditLine.objects.latest("pk")


def test_an_operator_registers_a_merchant_and_the_journal_says_who(two_merchants, operator):
    answer = act(operator, "/admin/merchants/merchant/add/", **NEW)

    made = Merchant.objects.get(name="丙号面馆")
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/admin/merchants/merchant/{made.pk}/change/",
    )
    assert (last_line().verb, last_line().actor) == (
        "register_merchant",
        f"user:{two_merchants.operator.pk}",
    )


def test_sending_the_same_page_twice_registers_once(two_merchants, operator):
    page = operator.get("/admin/merchants/merchant/add/")
    filled = NEW | {"once": once_of(page)}

    answers = [operator.post("/admin/merchants/merchant/add/", filled) for _ in range(2)]
    other = operator.post("/admin/merchants/merchant/add/", filled | {"name": "另一家"})

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Merchant.objects.filter(legal_name="丙号餐饮有限公司").count() == 1
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"uscc": "12345"}, "应为 18 位"),
        ({"name": ""}, "该字段是必填项"),
        ({"once": "guessed"}, "页面已过期"),
        ({"once": ""}, "页面已过期"),
        ({"name": "长" * 81}, "不超过 80 字符"),
    ],
)
def test_what_is_wrong_is_said_on_the_form_and_nothing_is_written(
    two_merchants, operator, changes, message
):
    before = table_digests()

    answer = act(operator, "/admin/merchants/merchant/add/", **NEW | changes)

    assert answer.status_code == 422
    assert message in text_of(answer)
    assert table_digests() == before


def test_a_refusal_of_the_domain_is_a_message_on_the_form(two_merchants, operator):
    Merchant.objects.filter(pk=two_merchants.first.merchant.pk).update(uscc=NEW["uscc"])
    before = table_digests()

    answer = act(operator, "/admin/merchants/merchant/add/", **NEW)

    assert answer.status_code == 422
    assert f"统一社会信用代码 {NEW['uscc']} 已登记" in text_of(answer)
    assert table_digests() == before


def test_enrolling_withdrawing_suspending_and_resuming(two_merchants, operator):
    merchant = two_merchants.first.merchant
    base = f"/admin/merchants/merchant/{merchant.pk}"

    act(operator, f"{base}/suspend/", reason="证照过期")
    merchant.refresh_from_db()
    assert (merchant.state, merchant.suspended_for) == ("suspended", "证照过期")
    act(operator, f"{base}/resume/")
    merchant.refresh_from_db()
    assert merchant.state == "active"
    act(operator, f"{base}/withdraw/")
    assert "未入盟" in text_of(operator.get(f"{base}/change/"))
    act(operator, f"{base}/enrol/")
    assert merchant.memberships.count() == 2
    verbs = list(AuditLine.objects.order_by("-pk").values_list("verb", flat=True)[:4])
    assert verbs == ["enrol_merchant", "withdraw_merchant", "resume_merchant", "suspend_merchant"]


def test_an_act_that_no_longer_fits_is_answered_with_a_word_and_the_row(two_merchants, operator):
    base = f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}"
    before = table_digests()

    answer = operator.get(f"{base}/resume/", follow=True)

    assert "现在不适用" in text_of(answer)
    assert answer.redirect_chain == [(f"{base}/change/", 302)]
    assert table_digests() == before


def test_a_store_is_opened_described_given_hours_and_closed(two_merchants, operator):
    venue, trade = make_venue(name="西溪天堂"), make_trade(name="面馆")
    base = f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}"

    act(
        operator,
        f"{base}/open-store/",
        venue=venue.pk,
        trade=trade.pk,
        name="丙店",
        floor="1F",
        unit_no="1-01",
        phone="",
        intro="",
    )
    store = Store.objects.get(name="丙店")
    act(
        operator,
        f"/admin/merchants/store/{store.pk}/hours/",
        day_0="10:00-14:00、17:00-02:00",
        day_6="9:00-24:00",
    )
    act(
        operator,
        f"/admin/merchants/store/{store.pk}/edit/",
        name="丙面店",
        trade=trade.pk,
        floor="2F",
        unit_no="",
        phone="1",
        intro="面",
    )
    page = text_of(operator.get(f"/admin/merchants/store/{store.pk}/change/"))
    act(operator, f"/admin/merchants/store/{store.pk}/close/")

    store.refresh_from_db()
    assert (store.name, store.floor, store.state) == ("丙面店", "2F", "closed")
    assert list(store.hours.values_list("weekday", "opens_minute", "closes_minute")) == [
        (0, 600, 840),
        (0, 1020, 1560),
        (6, 540, 1440),
    ]
    assert "10:00-14:00、17:00-02:00" in page
    assert "09:00-24:00" in page


@pytest.mark.parametrize(
    ("written", "message"),
    [("十点到十点", "请写成"), ("10:00-12:00、11:00-13:00", "营业时间互相重叠")],
)
def test_hours_that_make_no_sense_are_refused_on_their_form(
    two_merchants, operator, written, message
):
    before = table_digests()

    answer = act(
        operator, f"/admin/merchants/store/{two_merchants.first.store.pk}/hours/", day_0=written
    )

    assert answer.status_code == 422
    assert message in text_of(answer)
    assert table_digests() == before


def test_a_floor_the_venue_lacks_is_refused(two_merchants, operator):
    store = two_merchants.first.store

    answer = act(
        operator,
        f"/admin/merchants/store/{store.pk}/edit/",
        name=store.name,
        trade=store.trade_id,
        floor="99F",
    )

    assert (answer.status_code, "没有楼层 99F" in text_of(answer)) == (422, True)


def test_a_clerk_keeps_phone_intro_and_hours_of_own_stores_only(two_merchants, owner):
    store = two_merchants.second.store
    base = f"/admin/merchants/store/{store.pk}"

    assert fields_of(owner.get(f"{base}/introduce/")) == {"phone", "intro"}
    act(owner, f"{base}/introduce/", phone="0571-88880000", intro="新书周四到店", name="改名")
    act(owner, f"{base}/hours/", round_the_clock="on")

    before = store.name
    store.refresh_from_db()
    assert (store.phone, store.intro, store.round_the_clock, store.name) == (
        "0571-88880000",
        "新书周四到店",
        True,
        before,
    )
    assert owner.get(f"{base}/edit/").status_code == 403
    assert owner.get(f"{base}/close/").status_code == 403
    assert last_line().actor == f"user:{two_merchants.second.clerks['owner'].user_id}"


MATRIX = {
    # What each role may open on its own merchant, its store, its key and a colleague.
    "owner": {
        "contact",
        "appoint",
        "issue-key",
        "hours",
        "introduce",
        "rotate",
        "revoke",
        "dismiss",
    },
    "manager": {"appoint", "issue-key", "hours", "introduce", "rotate", "revoke", "dismiss"},
    "cashier": set(),
    "finance": set(),
}


@pytest.mark.parametrize("role", MATRIX)
def test_roles_open_the_forms_of_their_row_in_the_matrix_and_no_other(two_merchants, role):
    side = two_merchants.second
    client, opened = side.client(role), set()
    targets = {
        f"merchants/merchant/{side.merchant.pk}": [
            "edit",
            "contact",
            "open-store",
            "appoint",
            "issue-key",
            "enrol",
            "withdraw",
            "suspend",
            "resume",
        ],
        f"merchants/store/{side.store.pk}": ["hours", "introduce", "edit", "close"],
        f"merchants/tillkey/{side.key.pk}": ["rotate", "revoke"],
        f"merchants/clerk/{side.clerks['cashier'].pk}": ["dismiss"],
    }

    for row, names in targets.items():
        for name in names:
            got = client.get(f"/admin/{row}/{name}/").status_code
            posted = client.post(f"/admin/{row}/{name}/", {}).status_code
            assert (got, posted) in {(200, 422), (403, 403)}, (row, name)
            if got == 200:
                opened.add(name)

    assert opened == MATRIX[role]


def test_a_post_without_a_csrf_token_is_refused(two_merchants):
    client = Client(enforce_csrf_checks=True)
    client.force_login(two_merchants.operator)
    before = table_digests()

    answer = client.post(
        f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}/suspend/",
        {"once": "0" * 32, "reason": "x"},
    )

    assert answer.status_code == 403
    assert "页面已过期" in text_of(answer)
    assert table_digests() == before
