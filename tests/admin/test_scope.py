"""Nothing of the first merchant is reachable for the second's people, at any address of any screen."""

import pytest
from django.contrib.admin.utils import get_fields_from_path

from district.members.models import User
from district.merchants import services as merchants
from district.merchants.models import ClerkStore, Merchant
from loyalty.models import (
    Lot,
    PointsAccount,
    Receipt,
    Transfer,
)
from tests.admin.merchant_paths import (
    MERCHANT_PATHS,
    foreign_rows,
    identifying_texts,
    leaks,
    may_name,
    named_in,
    own_rows,
    paths_of,
)
from tests.admin.two_merchants import label, registered_admins, signed_in, table_digests

PATHS = ("change/", "history/", "delete/", "")


# Merchants on a row that do not make it theirs to see: who pays for the points of another's receipt.
NOT_THEIRS = {"Receipt.issuer"}


def test_a_screen_declares_every_merchant_of_its_rows():
    undeclared = set()
    for model, paths in MERCHANT_PATHS.items():
        ends = [
            model._meta.pk if path == "pk" else get_fields_from_path(model, path)[-1]
            for path in paths
        ]
        assert all(end.related_model is Merchant or end == Merchant._meta.pk for end in ends), model
        undeclared |= {
            f"{model.__name__}.{field.name}"
            for field in model._meta.fields
            if field.related_model is Merchant and field.name not in paths
        }

    assert undeclared == NOT_THEIRS


def test_every_screen_is_either_scoped_or_for_operators_only(two_merchants):
    unknown = {model for model, screen in registered_admins() if not paths_of(model)}

    for model in unknown:
        for clerk in two_merchants.second.clerks.values():
            assert signed_in(clerk.user).get(f"/admin/{label(model)}/").status_code == 403, model


@pytest.mark.parametrize("role", ["owner", pytest.param("cashier", marks=pytest.mark.slow)])
def test_foreign_rows_do_not_exist_for_a_clerk(two_merchants, role):
    client, reached = two_merchants.second.client(role), []

    for model, screen in registered_admins():
        foreign = list(foreign_rows(two_merchants, model)[:2])
        assert foreign, f"the scene lacks a foreign {model.__name__}"
        for row in foreign:
            paths = [*PATHS, *(f"{act.name}/" for act in screen.row_actions)]
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
def test_posts_at_foreign_rows_write_nothing(two_merchants, role):
    client, before = two_merchants.second.client(role), table_digests()

    for model, screen in registered_admins():
        for row in foreign_rows(two_merchants, model)[:2]:
            for act in screen.row_actions:
                client.post(
                    f"/admin/{label(model)}/{row.pk}/{act.name}/",
                    {"once": "0" * 32, "reason": "x", "stores": "1"},
                )

    assert table_digests() == before


@pytest.mark.parametrize(
    "role",
    [
        "owner",
        pytest.param("manager", marks=pytest.mark.slow),
        pytest.param("cashier", marks=pytest.mark.slow),
        pytest.param("finance", marks=pytest.mark.slow),
    ],
)
def test_no_page_of_a_clerk_names_another_merchant_or_a_person(two_merchants, role):
    client, seen, found, marked = (
        two_merchants.second.client(role),
        0,
        [],
        identifying_texts(two_merchants),
    )
    addresses = ["/admin/", *(f"/admin/{label(model)}/" for model, _ in registered_admins())]
    for model, screen in registered_admins():
        for row in own_rows(two_merchants, model):
            addresses += [
                f"/admin/{label(model)}/{row.pk}/{name}" for name in ("change/", "history/")
            ]
            addresses += [
                f"/admin/{label(model)}/{row.pk}/{act.name}/" for act in screen.row_actions
            ]
        addresses += [f"/admin/{label(model)}/{act.name}/" for act in screen.list_actions] + [
            f"/admin/{label(model)}/add/"
        ]

    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200:
            seen += 1
            named = named_in(answer.content.decode(), marked)
            found += [(address, named - may_name(two_merchants, address))]

    assert seen > 20
    assert [(address, names) for address, names in found if names] == []


def test_a_clerk_of_some_stores_sees_and_touches_only_those(two_merchants):
    side = two_merchants.second
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


def test_a_dismissed_clerk_loses_everything_at_once(two_merchants, owner):
    assert owner.get("/admin/merchants/store/").status_code == 200

    merchants.dismiss_clerk(clerk=two_merchants.second.clerks["owner"], by=two_merchants.operator)

    for address in ("/admin/", *(f"/admin/{label(model)}/" for model, _ in registered_admins())):
        answer = owner.get(address)
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


def test_rights_given_by_hand_open_nothing_without_a_post(two_merchants):
    from django.contrib.auth.models import Permission

    user = User.objects.create_staff("sanren", "a-long-enough-password")
    user.user_permissions.set(
        Permission.objects.filter(content_type__app_label__in=["merchants", "loyalty"])
    )
    client = signed_in(user)

    for model in MERCHANT_PATHS:
        assert client.get(f"/admin/{label(model)}/").status_code in {302, 403}


def test_the_explorer_keeps_quiet_about_other_merchants(two_merchants, owner):
    spending = Transfer.objects.get(
        kind="spend", reference=f"{two_merchants.second.merchant.name}付"
    )
    drawn = list(spending.draws.select_related("lot").order_by("pk"))
    assert {draw.lot.issuer_id for draw in drawn} == {
        two_merchants.first.merchant.pk,
        two_merchants.second.merchant.pk,
    }

    page = owner.get(f"/admin/loyalty/transfer/{spending.pk}/change/").content.decode()

    assert leaks(page, two_merchants) == set()
    assert "其他商户" in page
    for draw in drawn:
        linked = f"/admin/loyalty/lot/{draw.lot_id}/change/" in page
        assert linked == (draw.lot.issuer_id == two_merchants.second.merchant.pk)


def test_a_lot_says_how_much_of_it_went_elsewhere_but_not_where(two_merchants):
    lot = Lot.objects.filter(
        issuer=two_merchants.first.merchant, draws__redeemer=two_merchants.second.merchant
    ).first()
    client = two_merchants.first.client("finance")

    page = client.get(f"/admin/loyalty/lot/{lot.pk}/change/").content.decode()

    assert "积分在其他商户使用" in page
    assert two_merchants.second.merchant.name not in page


def test_the_balance_of_a_member_is_for_operators(two_merchants, owner, operator):
    transfer = Transfer.objects.filter(merchant=two_merchants.second.merchant).first()
    address = f"/admin/loyalty/transfer/{transfer.pk}/change/"

    assert "可用余额" in operator.get(address).content.decode()
    assert "可用余额" not in owner.get(address).content.decode()
    assert PointsAccount.objects.filter(member=two_merchants.member).exists()
    assert (
        owner.get(f"/admin/loyalty/pointsaccount/{two_merchants.member.pk}/change/").status_code
        == 403
    )
