"""The form of a draft: everything a version can say in fields, and the face beside them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from coupons import services as coupons
from coupons.admin.draft_fields import FIELDS, ONLY_FOR, TABS, DraftFields
from coupons.engine.audience import Audience
from coupons.engine.benefits import BENEFITS
from coupons.engine.schedule import Schedule
from coupons.engine.scope import CouponScope
from coupons.models import TemplateVersion
from district.members.models import User
from district.merchants.models import Merchant
from tests.admin.action_forms import act
from tests.admin.two_merchants import signed_in, table_digests
from tests.coupons.admin.drafts import VERSIONS, draft_form, look
from tests.factories.coupons import make_draft, make_version
from tests.factories.merchants import allied_store, make_clerk, make_merchant
from tests.receipt_photos.pictures import HOSTILE, PLACE, located

pytestmark = pytest.mark.django_db
ADD = f"{VERSIONS}add/"
DAYS = {"days_from", "days", "valid_from", "valid_until"}
FULL = {
    "times": {
        "windows": [
            {"start": 1080, "end": 120, "kind": "workday"},
            {"start": 0, "end": 1440, "weekdays": [6, 7]},
            {"start": 600, "end": 1440, "kind": "holiday"},
            {"start": 1, "end": 1},
        ],
        "never": [["2027-02-05", "2027-02-11"], ["2027-05-01", "2027-05-01"]],
    },
    "audience": {"new_within_days": 30, "tags": ["vip", "opening"], "granted": "clean_plate"},
}


def test_every_kind_has_a_field_for_each_of_its_columns():
    columns = {column for benefit in BENEFITS for column in benefit.columns.values()}
    in_tabs = {name for _title, names in TABS for name in names}

    assert {FIELDS.get(column, column) for column in columns} == set(ONLY_FOR) - DAYS
    assert set(ONLY_FOR) <= in_tabs & DraftFields.base_fields.keys()


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def owner(store):
    return signed_in(make_clerk(merchant=store.merchant).user)


@pytest.fixture
def operator():
    return signed_in(User.objects.create_superuser("genben"))


def filled(page):
    """The form of a page as a browser would send it back untouched: what it shows, and no more."""
    form, sent = page.context["form"], {}
    for name, field in form.fields.items():
        value = form[name].value()
        if isinstance(value, list) and hasattr(field, "choices"):
            choices = {key for key, _label in field.choices}
            sent[name] = [key for key in value if key in choices]
        elif value is True:
            sent[name] = "on"
        elif value is not None and value is not False:
            message = field.widget.format_value(field.prepare_value(value))
            sent[name] = message[0] if isinstance(message, list) else message
    return {name: value for name, value in sent.items() if value is not None}


def meaning(version):
    return Schedule.of(version.times), CouponScope.of(version.scope), Audience.of(version.audience)


def test_a_version_put_through_the_form_untouched_says_the_same(store, operator):
    scope = {
        "only": {"trades": [store.trade.code], "stores": [store.public_id]},
        "but_not": {"merchants": [store.merchant.public_id], "venues": [store.venue.public_id]},
        "products": ["4711", "4712"],
        "but_no_products": ["9"],
    }
    fund = make_merchant(kind=Merchant.Kind.FUND)
    draft = make_draft(
        **FULL,
        scope=scope,
        payers=[(None, 3_333), (fund, 5_000), (store.merchant, 1)],
        days_from=2,
        days=9,
    )
    before = TemplateVersion.objects.values().get()

    saved = act(
        operator,
        f"{VERSIONS}{draft.pk}/edit/",
        **filled(operator.get(f"{VERSIONS}{draft.pk}/edit/")),
    )

    assert saved.status_code == 302, saved.context["form"].errors
    after = TemplateVersion.objects.get()
    assert meaning(after) == meaning(draft)
    assert {(part.party_id, part.bp) for part in after.funding.all()} == {
        (None, 3_333),
        (fund.pk, 5_000),
        (store.merchant_id, 1),
    }
    documents = {"times", "scope", "audience"}
    columns = TemplateVersion.objects.values().get()
    assert {name for name in before if columns[name] != before[name]} - documents == set()


def test_what_a_merchant_has_no_field_for_stays(store, owner):
    foreign = allied_store()
    draft = make_draft(
        merchant=store.merchant,
        scope={"only": {"stores": [foreign.public_id, store.public_id]}},
        audience={"bought_at": [foreign.merchant.public_id]},
        payers=[(foreign.merchant, 2_500)],
    )
    page = owner.get(f"{VERSIONS}{draft.pk}/edit/")
    fields = filled(page) | {"only_stores": [], "redeemer_percent": "10", "payer1_percent": "65"}

    saved = act(owner, f"{VERSIONS}{draft.pk}/edit/", **fields)
    assert saved.status_code == 302, saved.context["form"].errors

    after = TemplateVersion.objects.get()
    assert after.scope == {"only": {"stores": [foreign.public_id]}}
    assert after.audience == {"bought_at": [foreign.merchant.public_id]}
    parts = {(part.party_id, part.bp) for part in after.funding.all()}
    assert parts == {(foreign.merchant_id, 2_500), (None, 1_000), (store.merchant_id, 6_500)}
    assert foreign.public_id not in page.content.decode()


def test_a_merchant_begins_with_its_own_stores_and_cannot_name_others(store, owner):
    foreign = allied_store()

    assert owner.get(ADD).context["form"]["only_merchants"].value() == [store.merchant.public_id]
    for wrong in (
        {"only_stores": [foreign.public_id]},
        {"payer1": foreign.merchant_id, "payer1_percent": "10"},
        {"merchant": foreign.merchant_id},
    ):
        assert "c-missing" in look(owner, ADD, **draft_form(store, **wrong))


def test_another_kinds_fields_are_not_heard(store, owner):
    fields = draft_form(
        store, kind="gift", gift="热美式一杯", cap_yuan="-1", off_percent="x", days=""
    )
    fields |= {
        "validity": "fixed",
        "valid_from": "2027-01-01T00:00",
        "valid_until": "2027-01-02T00:00",
    }

    act(owner, ADD, **fields)

    made = TemplateVersion.objects.get()
    assert (made.kind, made.gift, made.cap_fen, made.off_bp) == ("gift", "热美式一杯", 0, 0)
    assert (made.days, made.days_from, made.valid_from is None) == (None, None, False)


@pytest.mark.parametrize(
    ("wrong", "field", "message"),
    [
        ({"name": ""}, "name", "必填"),
        ({"only_stores": ["\0"]}, "only_stores", "可用的选项"),
        ({"window1_from": "25:00"}, "window1_from", "有效的时间"),
        ({"never1_first": "2027-02-05", "never1_last": "2027-02-01"}, "never1_first", "不能晚于"),
        ({"never1_last": "2027-02-01"}, "never1_first", "须填写"),
        ({"new_within_days": "0"}, "new_within_days", "大于或等于"),
        ({"tags": "光盘"}, "tags", "格式不正确"),
        ({"products": "x" * 65}, "products", "格式不正确"),
        ({"granted_by": "OWN_ID"}, "granted", "由商户认可的标签"),
        ({"face_yuan": "1e400"}, "face_yuan", ""),
        ({"kind": "percent_off", "off_percent": "15"}, "cap_yuan", "请填写"),
        ({"kind": "parking", "face_yuan": ""}, "parking_minutes", "其中一项"),
        ({"kind": "parking", "parking_minutes": "60"}, "parking_minutes", "其中一项"),
        ({"kind": "x"}, "kind", "有效"),
        ({"days": ""}, "days", "请填写"),
        ({"validity": "fixed", "valid_from": "2027-01-01T00:00"}, "valid_until", "请填写"),
        ({"claim_until": "2020-01-01T00:00"}, "claim_until", "须晚于"),
        ({"partial": "on", "uses": 2}, "uses", "只能为 1"),
        ({"per_member_day": 2}, "per_member_day", "不能多于每人限领"),
        ({"redeemer_percent": "101"}, "redeemer_percent", "100"),
        ({"payer1_percent": "10"}, "payer1_percent", "须同时填写"),
    ],
)
def test_what_is_missing_is_said_with_the_field_it_stands_at(store, owner, wrong, field, message):
    wrong = {
        name: store.merchant.public_id if value == "OWN_ID" else value
        for name, value in wrong.items()
    }

    piece = look(owner, ADD, **draft_form(store, **wrong))

    assert f'href="#id_{field}' in piece
    assert message in piece
    assert "c-face" not in piece


def test_the_face_follows_the_form_and_nothing_is_written(store, owner):
    before = table_digests()

    piece = look(owner, ADD, **draft_form(store, face_yuan="8.80", threshold_yuan="66"))
    page = owner.post(ADD, draft_form(store) | {"once": "0" * 32, "look": "page"})

    assert "满 66 元减 8.80 元" in piece
    assert "满二十减五" in piece
    assert store.merchant.name in piece
    assert (page.status_code, "满 20 元减 5 元" in page.content.decode()) == (200, True)
    assert table_digests() == before


def test_a_look_from_a_page_without_script_says_what_is_wrong_on_the_form(store, owner):
    page = owner.post(ADD, draft_form(store, name="") | {"once": "0" * 32, "look": "page"})

    assert page.status_code == 422
    assert 'class="c-face"' not in page.content.decode()


def test_the_approver_sees_the_same_face(store, owner, operator):
    version = make_draft(
        merchant=store.merchant, face_fen=880, threshold_fen=6_600, kind="cash_off"
    )
    act(owner, f"{VERSIONS}{version.pk}/submit/")

    for path in ("change/", "approve/", "reject/"):
        assert (
            "满 66 元减 8.80 元" in operator.get(f"{VERSIONS}{version.pk}/{path}").content.decode()
        )


def test_a_look_at_anothers_draft_is_no_more_open_than_its_page(store, owner):
    foreign = make_version(merchant=allied_store().merchant)

    sent = {"once": "0" * 32, "look": "card"} | draft_form(store)
    assert owner.post(f"{VERSIONS}{foreign.pk}/new-version/", sent).status_code == 404
    cashier = signed_in(make_clerk(merchant=store.merchant, role="cashier").user)
    assert cashier.post(ADD, sent).status_code == 403


def test_instructions_and_a_picture_go_with_the_version(store, owner, operator):
    """What is uploaded is drawn anew; a new version begins with it, and a draft may drop it."""
    upload = SimpleUploadedFile("x.jpg", located(), "image/jpeg")
    fields = draft_form(store, instructions="  到店出示。 \n\n不找零。", picture=upload)
    assert act(owner, ADD, **fields).status_code == 302

    made = TemplateVersion.objects.get()
    assert made.instructions == "到店出示。\n不找零。"
    assert PLACE.encode() not in bytes(made.picture.jpeg)
    page = owner.get(f"{VERSIONS}{made.pk}/change/").content.decode()
    assert f"{made.picture.public_id}.jpg" in page
    assert "<p>到店出示。<br>不找零。</p>" in page

    coupons.submit_version(version=made, by=made.drafted_by)
    again = filled(owner.get(f"{VERSIONS}{made.pk}/new-version/"))
    assert act(owner, f"{VERSIONS}{made.pk}/new-version/", **again).status_code == 302
    draft = TemplateVersion.objects.latest("number")
    assert (draft.picture, draft.instructions) == (made.picture, made.instructions)
    edit = filled(owner.get(f"{VERSIONS}{draft.pk}/edit/")) | {"no_picture": "on"}
    assert act(owner, f"{VERSIONS}{draft.pk}/edit/", **edit).status_code == 302
    draft.refresh_from_db()
    assert draft.picture is None


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_picture_is_refused_on_the_form(store, owner, name):
    upload = SimpleUploadedFile("x.jpg", HOSTILE[name], "image/jpeg")
    answer = act(owner, ADD, **draft_form(store, picture=upload))
    assert answer.status_code == 422
    assert answer.context["form"].errors["picture"]
    assert not TemplateVersion.objects.exists()
