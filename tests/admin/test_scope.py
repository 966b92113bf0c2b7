"""Nothing of the first merchant is reachable for the second's people, at any address of any screen."""

import json

import pytest
from django.contrib.admin.options import TO_FIELD_VAR

from district.members.models import Member, User
from district.merchants import services as merchants
from district.merchants.models import (
    ClerkStore,
)
from loyalty.models import (
    Lot,
    PointsAccount,
    Receipt,
    Transfer,
)
from tests.admin.scene import PHONE, label, screens, signed_in, tables
from tests.admin.scoping import MERCHANT, foreign_rows, own_rows, paths_of

PATHS = ("change/", "history/", "delete/", "")


def marks(scene):
    """Words that stand only on the first merchant's rows, or name a person."""
    first = scene.first
    return {
        first.merchant.name,
        first.merchant.public_id,
        first.store.public_id,
        first.key.prefix,
        *Transfer.objects.exclude(merchant=scene.second.merchant).values_list(
            "public_id", flat=True
        ),
        *Member.objects.values_list("nickname", flat=True),
        PHONE.removeprefix("+86"),
        "138****5678",
    }


def leaks(text, scene):
    return named_in(text, marks(scene))


def named_in(text, marked):
    return {mark for mark in marked if mark and mark in text}


def may_name(scene, address):
    """Who settles with each other is named on both sides' papers; nowhere else."""
    return {scene.first.merchant.name} if address.startswith("/admin/settlement/") else set()


def test_every_screen_is_either_scoped_or_for_operators_only(scene):
    unknown = {model for model, screen in screens() if not paths_of(model)}

    for model in unknown:
        for clerk in scene.second.clerks.values():
            assert signed_in(clerk.user).get(f"/admin/{label(model)}/").status_code == 403, model


@pytest.mark.parametrize("role", ["owner", "cashier"])
def test_foreign_rows_do_not_exist_for_a_clerk(scene, role):
    client, reached = scene.second.client(role), []

    for model, screen in screens():
        foreign = list(foreign_rows(scene, model)[:2])
        assert foreign, f"the scene lacks a foreign {model.__name__}"
        for row in foreign:
            paths = [*PATHS, *(f"{act.name}/" for act in screen.acts)]
            for path in paths:
                address = f"/admin/{label(model)}/{row.pk}/{path}"
                answers = [client.get(address, follow=True)]
                if path:
                    answers.append(client.post(address, {"once": "0" * 32, "post": "yes"}))
                reached += [
                    (address, answer.status_code)
                    for answer in answers
                    if answer.status_code not in {403, 404}
                ]

    assert reached == []


@pytest.mark.parametrize("role", ["owner", "cashier"])
def test_posts_at_foreign_rows_write_nothing(scene, role):
    client, before = scene.second.client(role), tables()

    for model, screen in screens():
        for row in foreign_rows(scene, model)[:2]:
            for act in screen.acts:
                client.post(
                    f"/admin/{label(model)}/{row.pk}/{act.name}/",
                    {"once": "0" * 32, "reason": "x", "stores": "1"},
                )

    assert tables() == before


@pytest.mark.parametrize(
    "role",
    [
        "owner",
        pytest.param("manager", marks=pytest.mark.slow),
        "cashier",
        pytest.param("finance", marks=pytest.mark.slow),
    ],
)
def test_no_page_of_a_clerk_names_another_merchant_or_a_person(scene, role):
    client, seen, found, marked = scene.second.client(role), 0, [], marks(scene)
    addresses = ["/admin/", *(f"/admin/{label(model)}/" for model, _ in screens())]
    for model, screen in screens():
        for row in own_rows(scene, model):
            addresses += [
                f"/admin/{label(model)}/{row.pk}/{name}" for name in ("change/", "history/")
            ]
            addresses += [f"/admin/{label(model)}/{row.pk}/{act.name}/" for act in screen.acts]
        addresses += [f"/admin/{label(model)}/{act.name}/" for act in screen.list_acts] + [
            f"/admin/{label(model)}/add/"
        ]

    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200:
            seen += 1
            named = named_in(answer.content.decode(), marked)
            found += [(address, named - may_name(scene, address))]

    assert seen > 20
    assert [(address, names) for address, names in found if names] == []


def test_search_filters_and_orders_bring_no_foreign_row(scene, owner):
    first, answers, marked = scene.first, {}, marks(scene)
    asked = [
        first.merchant.name,
        first.merchant.public_id,
        first.store.public_id,
        first.key.name,
        first.key.prefix,
    ]
    # One of each kind is as good as all of them.
    transfers = Transfer.objects.filter(merchant=first.merchant).order_by("kind").distinct("kind")
    asked += [scene.member.public_id, *transfers.values_list("public_id", flat=True)]

    for model in MERCHANT:
        base = f"/admin/{label(model)}/"
        for term in asked:
            # The page repeats what was typed; that is not what is looked for.
            answers[f"{base}?q={term}"] = (
                owner.get(base, {"q": term}).content.decode().replace(term, "")
            )
        for name in ("merchant", "issuer", "redeemer", "store", "stores"):
            for lookup in (f"{name}__id__exact", f"{name}__exact", name):
                value = first.store.pk if "store" in name else first.merchant.pk
                answers[f"{base}?{lookup}"] = owner.get(base, {lookup: value}).content.decode()

    assert {
        address: names for address, text in answers.items() if (names := named_in(text, marked))
    } == {}


@pytest.mark.parametrize(
    "lookup",
    [
        "merchant__name__startswith",
        "merchant__contact_phone__contains",
        "account__member__nickname__startswith",
        "account__member__phone_hash",
        "account__available__gt",
        "available_after__gt",
        "secret_hash__startswith",
        "user__password__startswith",
        "created_by__password__startswith",
        "stores__merchant__name",
        "uscc__startswith",
    ],
)
def test_what_is_not_offered_as_a_filter_is_not_answered(scene, owner, operator, lookup):
    for client in (owner, operator):
        for model in MERCHANT:
            answer = client.get(f"/admin/{label(model)}/", {lookup: "1"})
            assert answer.status_code in {400, 403}, model


@pytest.mark.parametrize("model", list(MERCHANT), ids=lambda model: model.__name__)
def test_rows_cannot_be_opened_by_another_column(scene, owner, model):
    foreign = foreign_rows(scene, model).first()

    for name in ("public_id", "prefix", "name", "merchant", "secret_hash", "id"):
        value = getattr(foreign, name, foreign.pk)
        value = getattr(value, "pk", value)
        answer = owner.get(f"/admin/{label(model)}/{value}/change/", {TO_FIELD_VAR: name})
        assert answer.status_code in {400, 404}, name


def test_the_quick_search_stays_within_scope(scene, owner, operator):
    for term in (scene.first.merchant.name, scene.first.store.public_id, scene.member.public_id):
        found = operator.get("/admin/search/", {"s": term, "extended": 1}).content.decode()
        seen = owner.get("/admin/search/", {"s": term, "extended": 1}).content.decode()
        assert "command-results-list" in found
        assert leaks(seen, scene) == set()
    assert scene.second.store.name in owner.get("/admin/search/", {"s": "乙家"}).content.decode()


def test_autocomplete_offers_only_ones_own(scene, owner, operator):
    asked = {"app_label": "loyalty", "model_name": "receipt", "field_name": "store", "term": ""}

    mine = owner.get("/admin/autocomplete/", asked)
    all_of_them = operator.get("/admin/autocomplete/", asked)

    names = (
        {entry["text"] for entry in json.loads(mine.content)["results"]}
        if mine.status_code == 200
        else set()
    )
    assert names <= {scene.second.store.name, scene.second.second.name}
    assert all_of_them.status_code in {200, 403}
    for model, field in (
        ("receipt", "account"),
        ("transfer", "account"),
        ("clerk", "user"),
        ("tillkey", "created_by"),
    ):
        app = "merchants" if model in {"clerk", "tillkey"} else "loyalty"
        answer = owner.get(
            "/admin/autocomplete/",
            {"app_label": app, "model_name": model, "field_name": field, "term": ""},
        )
        assert answer.status_code in {403, 404}, (model, field)


def test_a_clerk_of_some_stores_sees_and_touches_only_those(scene):
    side = scene.second
    limited = side.clerks["manager"]
    ClerkStore.objects.create(clerk=limited, store=side.second, merchant=side.merchant)
    client = side.client("manager")

    stores = client.get("/admin/merchants/store/").content.decode()
    assert side.second.name in stores
    assert side.store.name not in stores
    assert client.get(f"/admin/merchants/store/{side.store.pk}/change/").status_code == 404
    receipts = Receipt.objects.filter(store=side.store)
    assert receipts.exists()
    assert client.get(f"/admin/loyalty/receipt/{receipts[0].pk}/change/").status_code == 404
    # The key opens the first store as well, so it is not theirs to see, rotate or revoke.
    for path in ("change/", "rotate/", "revoke/"):
        assert client.get(f"/admin/merchants/tillkey/{side.key.pk}/{path}").status_code == 404
    form = client.get("/admin/merchants/tillkey/add/").content.decode()
    assert side.second.name in form
    assert side.store.name not in form
    # Someone who works everywhere is beyond a manager of one store.
    cashier = side.clerks["cashier"]
    assert client.get(f"/admin/merchants/clerk/{cashier.pk}/dismiss/").status_code == 403
    assert client.get("/admin/").status_code == 200


def test_a_dismissed_clerk_loses_everything_at_once(scene, owner):
    assert owner.get("/admin/merchants/store/").status_code == 200

    merchants.dismiss_clerk(clerk=scene.second.clerks["owner"], by=scene.operator)

    for address in ("/admin/", *(f"/admin/{label(model)}/" for model, _ in screens())):
        answer = owner.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


def test_rights_given_by_hand_open_nothing_without_a_post(scene):
    from django.contrib.auth.models import Permission

    user = User.objects.create_staff("sanren", "a-long-enough-password")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["merchants", "loyalty"])
    )
    client = signed_in(user)

    for model in MERCHANT:
        assert client.get(f"/admin/{label(model)}/").status_code in {302, 403}


def test_the_explorer_keeps_quiet_about_other_merchants(scene, owner):
    spending = Transfer.objects.get(kind="spend", reference=f"{scene.second.merchant.name}付")
    drawn = list(spending.draws.select_related("lot").order_by("pk"))
    assert {draw.lot.issuer_id for draw in drawn} == {
        scene.first.merchant.pk,
        scene.second.merchant.pk,
    }

    page = owner.get(f"/admin/loyalty/transfer/{spending.pk}/change/").content.decode()

    assert leaks(page, scene) == set()
    assert "其他商户" in page
    for draw in drawn:
        linked = f"/admin/loyalty/lot/{draw.lot_id}/change/" in page
        assert linked == (draw.lot.issuer_id == scene.second.merchant.pk)


def test_a_lot_says_how_much_of_it_went_elsewhere_but_not_where(scene):
    lot = Lot.objects.filter(
        issuer=scene.first.merchant, draws__redeemer=scene.second.merchant
    ).first()
    client = scene.first.client("finance")

    page = client.get(f"/admin/loyalty/lot/{lot.pk}/change/").content.decode()

    assert "积分在其他商户使用" in page
    assert scene.second.merchant.name not in page


def test_the_balance_of_a_member_is_for_operators(scene, owner, operator):
    transfer = Transfer.objects.filter(merchant=scene.second.merchant).first()
    address = f"/admin/loyalty/transfer/{transfer.pk}/change/"

    assert "可用余额" in operator.get(address).content.decode()
    assert "可用余额" not in owner.get(address).content.decode()
    assert PointsAccount.objects.filter(member=scene.member).exists()
    assert owner.get(f"/admin/loyalty/pointsaccount/{scene.member.pk}/change/").status_code == 403
