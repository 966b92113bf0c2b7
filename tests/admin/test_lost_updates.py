"""Two people edit the same thing: whoever saves second gets a message, sees both sides, and loses nothing."""

import re
from datetime import timedelta

import pytest

from coupons.models import TemplateVersion
from coupons.offline.models import Terminal
from coupons.queries.catalogue import stock_of
from credit.complaints.models import AnswerTemplate
from district.calendar.models import CalendarDay
from district.kernel import clock
from district.kernel.backoffice.actions import Action
from district.kernel.backoffice.edits import EditForm
from district.merchants.models import Trade, Venue
from parking.models import CarPark, TariffVersion
from tests.admin.action_forms import form_values, text_of
from tests.admin.two_merchants import label, registered_admins, signed_in
from tests.factories.coupons import make_version

# Of each edit: the screen, the act (none: the theme's own form), who, what the first and the second change.
EDITS = [
    ("merchants/merchant", "edit", "operator", ("contact_name", "甲联系"), ("legal_name", "新登记名")),
    ("merchants/merchant", "contact", "owner", ("contact_name", "甲联系"), ("contact_phone", "0571-9")),
    ("merchants/store", "edit", "operator", ("unit_no", "B-77"), ("intro", "好茶\r\n好水")),
    ("merchants/store", "introduce", "owner", ("phone", "0571-77"), ("intro", "好书")),
    ("merchants/store", "hours", "owner", ("day_0", "08:00-12:00"), ("day_6", "09:00-10:00")),
    ("coupons/templateversion", "edit", "owner", ("face_yuan", "7.25"), ("stock", "1234")),
    ("offline/terminal", "allowance", "operator", ("allowance_count", "17"), ("allowance_fen", "88.25")),
    ("calendar/calendarday", "set", "operator", ("name", "店庆"), ("kind", "rest")),
    ("loyalty/alliancepolicy", "add", "operator", ("hold_minutes", "77"), ("warn_days", "33")),
    ("loyalty/merchantterms", "add", "operator", ("earn_points", "77"), ("validity_months", "33")),
    ("loyalty/merchantceilings", "add", "operator", ("receipt_points", "777"), ("key_day_points", "888")),
    ("loyalty/merchantceilings", "add", "owner", ("merchant_day_points", "777"), ("key_day_points", "888")),
    ("parking/carpark", "edit", "operator", ("address", "新街 9 号"), ("fee_note", "首小时 10 元")),
    ("parking/carpark", "hours", "owner", ("day_0", "08:00-12:00"), ("day_6", "09:00-10:00")),
    ("parking/carpark", "layout", "owner", ("floors", "B3：C区"), ("entrances", "西口，出入")),
    ("parking/carpark", "fee-terms", "owner", ("exit_grace_minutes", "25"), ("store", "…")),
    ("parking/carpark", "policy", "owner", ("deposit_fen", "12.50"), ("late_minutes", "45")),
    ("parking/tariffversion", "edit", "owner", ("grace_minutes", "17"), ("cap_day_fen", "88.25")),
    ("complaints/answertemplate", "edit", "operator", ("title", "新标题"), ("text", "新的答复。")),
    ("merchants/venue", "", "operator", ("name", "新名广场"), ("address", "新街 9 号")),
    ("merchants/trade", "", "operator", ("name", "新业态"), ("sort", "77")),
]  # fmt: skip
# Edits of a single value; the second who changes it gets the message like everybody.
ONE_VALUE = {
    ("coupons/templateversion", "resize"),
    ("evidence/evidencefile", "visibility"),
    ("parking/carpark", "arrears"),
    ("parking/carpark", "feed"),
    ("parking/carpark", "tariff"),
}


def test_every_form_that_shows_what_is_stored_says_whether_it_writes_over_it():
    """An act with first values is an edit or says that it is none: they are suggestions."""
    undecided = [
        f"{label(model)} {act.name}"
        for model, screen in registered_admins()
        for act in acts_of(screen)
        if type(act).initial is not Action.initial
        and not any(
            "is_edit" in vars(kind) for kind in type(act).__mro__[:-2] if kind is not Action
        )
    ]

    assert undecided == []


def acts_of(screen):
    return [*screen.row_actions, *screen.list_actions, *filter(None, [screen.add_action])]


def test_every_edit_of_the_back_office_is_tried_here(operator, two_merchants):
    row_actions = {
        (label(model), act.name)
        for model, screen in registered_admins()
        for act in acts_of(screen)
        if act.is_edit
    }
    request = operator.get("/admin/").wsgi_request
    free = {
        (label(model), "")
        for model, screen in registered_admins()
        if screen.has_change_permission(request)
    }

    assert row_actions | free == {(where, name) for where, name, *_ in EDITS} | ONE_VALUE
    assert all(issubclass(screen.form, EditForm) for _model, screen in registered_admins())


def address_of(two_merchants, where, name):
    side = two_merchants.second
    pk = {
        "merchants/merchant": side.merchant.pk,
        "merchants/store": side.store.pk,
        "coupons/templateversion": TemplateVersion.objects.filter(
            template__merchant=side.merchant, state="draft"
        ).values_list("pk", flat=True).first(),
        "offline/terminal": Terminal.objects.filter(store=side.store).values_list("pk", flat=True).first(),
        "parking/carpark": CarPark.objects.filter(merchant=side.merchant).values_list("pk", flat=True).first(),
        "parking/tariffversion": TariffVersion.objects.filter(
            tariff__merchant=side.merchant, state="draft"
        ).values_list("pk", flat=True).first(),
        "calendar/calendarday": CalendarDay.objects.filter(is_workday=True).values_list("pk", flat=True).first(),
        "complaints/answertemplate": AnswerTemplate.objects.values_list("pk", flat=True).first(),
        "merchants/venue": Venue.objects.values_list("pk", flat=True).first(),
        "merchants/trade": Trade.objects.values_list("pk", flat=True).first(),
    }.get(where)  # fmt: skip
    if name == "add":
        return f"/admin/{where}/add/?merchant={side.merchant.pk}"
    return f"/admin/{where}/{pk}/{name or 'change'}/"


def later(filled_page):
    """Terms and rules of a later instant than those of the first."""
    if "start" not in filled_page:
        return filled_page
    return filled_page | {"start": f"{clock.now() + timedelta(days=2):%Y-%m-%dT00:00}"}


@pytest.mark.parametrize(
    ("where", "name", "who", "first", "second"),
    EDITS,
    ids=[f"{edit[0]} {edit[1]} {edit[2]}" for edit in EDITS],
)
def test_the_second_is_told_and_shown_both_and_nothing_is_lost(
    two_merchants, request, where, name, who, first, second
):
    client = request.getfixturevalue(who)
    address = address_of(two_merchants, where, name)
    if second == ("store", "…"):
        second = ("store", str(two_merchants.second.store.pk))
    mine, theirs = form_values(client.get(address)), form_values(client.get(address))
    before = theirs[first[0]]

    saved = client.post(address, theirs | dict([first]))
    assert saved.status_code == 302, text_of(saved)
    refused = client.post(address, later(mine) | dict([second]))

    assert refused.status_code == (409 if name else 200)
    text = re.sub(r"\s", "", text_of(refused))
    assert "他人已修改了内容，您的修改尚未保存" in text
    for value in (first[1], before):
        assert re.sub(r"\s", "", str(value)) in text
    again = form_values(refused)
    # What the second typed stays, what the second did not touch is what the first saved.
    assert again[first[0]] == first[1]
    assert again[second[0]].split() == second[1].split()
    now = form_values(client.get(address))
    assert now[first[0]] == first[1]
    assert now[second[0]].split() != second[1].split()

    assert client.post(address, again).status_code == 302
    now = form_values(client.get(address))
    assert now[first[0]] == first[1]
    assert now[second[0]].split() == second[1].split()


@pytest.mark.parametrize(
    ("where", "name"), [("merchants/merchant", "edit"), ("merchants/venue", "")]
)
def test_whoever_typed_something_else_into_the_same_field_decides_and_is_told_by_whom(
    two_merchants, operator, where, name
):
    address = address_of(two_merchants, where, name)
    mine = form_values(operator.get(address))
    other = signed_in(two_merchants.root)
    assert (
        other.post(address, form_values(other.get(address)) | {"name": "他的名字"}).status_code
        == 302
    )

    refused = operator.post(address, mine | {"name": "我的名字"})

    text = text_of(refused)
    assert "他的名字" in text
    assert "我的名字" in text
    assert "最近一次修改：系统管理员甲" in text
    assert form_values(refused)["name"] == "我的名字"
    assert operator.post(address, form_values(refused)).status_code == 302
    assert form_values(operator.get(address))["name"] == "我的名字"


def test_being_overtaken_twice_is_being_told_twice(two_merchants, operator):
    address = address_of(two_merchants, "merchants/merchant", "edit")
    mine = form_values(operator.get(address))
    for name in ("一", "二"):
        operator.post(address, form_values(operator.get(address)) | {"name": name})
        refused = operator.post(address, mine | {"contact_name": "我"})
        assert refused.status_code == 409
        mine = form_values(refused)

    assert operator.post(address, mine).status_code == 302
    now = form_values(operator.get(address))
    assert (now["name"], now["contact_name"]) == ("二", "我")


def test_stock_that_others_changed_is_shown_before_it_is_changed_again(two_merchants, operator):
    version = make_version(stock=100)
    address = f"/admin/coupons/templateversion/{version.pk}/resize/"
    mine = form_values(operator.get(address)) | {"stock": "150"}
    theirs = form_values(operator.get(address)) | {"stock": "200"}
    assert operator.post(address, theirs).status_code == 302

    refused = operator.post(address, mine)

    assert refused.status_code == 409
    assert (form_values(refused)["stock_was"], form_values(refused)["stock"]) == ("200", "150")
    assert operator.post(address, form_values(refused)).status_code == 302
    assert stock_of(version)[0] == 150


def test_hours_a_draft_has_lost_meanwhile_stay_as_they_were_typed(two_merchants, owner):
    """The page had a fourth window; what is stored by now has none, and so would its form."""
    address = address_of(two_merchants, "coupons/templateversion", "edit")
    four = {f"window{number}_from": f"1{number}:00" for number in range(1, 5)}
    four |= {f"window{number}_until": f"1{number}:30" for number in range(1, 5)}
    kinds = {f"window{number}_kind": "any" for number in range(1, 5)}
    first = form_values(owner.get(address)) | four | kinds
    assert owner.post(address, first).status_code == 302
    mine, theirs = form_values(owner.get(address)), form_values(owner.get(address))
    assert mine["window4_from"] == "14:00"
    gone = theirs | {"window4_from": "", "window4_until": ""}
    assert owner.post(address, gone).status_code == 302

    refused = owner.post(address, mine | {"window4_until": "14:45"})

    assert refused.status_code == 409
    assert form_values(refused)["window4_until"] == "14:45"


@pytest.mark.parametrize("where", [("merchants/store", "edit"), ("merchants/venue", "")])
def test_a_page_sent_twice_is_one_edit(two_merchants, operator, where):
    address = address_of(two_merchants, *where)
    sent = form_values(operator.get(address)) | {"name": "改一次"}

    assert [operator.post(address, sent).status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize("where", [("merchants/store", "edit"), ("merchants/venue", "")])
@pytest.mark.parametrize("values", [None, "", "x", "[]", "7", '{"name": 7}'])
def test_a_page_that_does_not_say_what_it_showed_saves_nothing(
    two_merchants, operator, where, values
):
    address = address_of(two_merchants, *where)
    sent = form_values(operator.get(address)) | {"name": "改一次", "page_values": values}

    refused = operator.post(
        address, {name: value for name, value in sent.items() if value is not None}
    )

    assert refused.status_code in {200, 409, 422}
    assert form_values(operator.get(address))["name"] != "改一次"
    if values != '{"name": 7}':
        assert "页面已过期，请重新打开" in text_of(refused)
