"""The queue of photographs and the queue of conflicts, as a clerk and an operator see them."""

import re

import pytest
from django.test import Client

from district.kernel.http.pictures import redraw
from district.members.services.make_operator import make_operator as name_operator
from loyalty.models import Receipt
from loyalty.queries import balance_of
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_operator, make_staff
from tests.factories.merchants import make_store
from tests.receipt_photos.photo_steps import clerk_of, confirm, post, purchase, send
from tests.receipt_photos.pictures import located

PHOTOS, CONFLICTS = "/admin/bills/receiptphoto/", "/admin/bills/receiptconflict/"


@pytest.fixture
def photo(member, store):
    return send(member, store, picture=redraw(located()))


@pytest.fixture
def cashier(clerk):
    return signed_in(clerk)


@pytest.fixture
def conflict(photo, other, store, clerk):
    post(other, store)
    confirm(photo, clerk)
    return ReceiptConflict.objects.get()


def local(at):
    from django.utils import timezone

    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def test_a_cashier_confirms_what_the_picture_shows(cashier, photo, member):
    address = f"{PHOTOS}{photo.pk}/confirm/"
    page = cashier.get(address).content.decode()
    assert f'src="{PHOTOS}{photo.pk}/picture/"' in page
    assert 'value="126.80"' in page
    assert f'value="{local(photo.paid_at)}"' in page

    answer = act(
        cashier, address, receipt_no="42-A", paid_yuan="99.50", paid_at=local(photo.paid_at)
    )

    assert answer.status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.receipt_no, receipt.paid_fen, receipt.source) == ("42-A", 9_950, "photo")
    assert balance_of(member).available == 99


def test_a_page_sent_twice_confirms_once(cashier, photo, member):
    address = f"{PHOTOS}{photo.pk}/confirm/"
    once = once_of(cashier.get(address))
    fields = {
        "once": once,
        "receipt_no": "42",
        "paid_yuan": "126.80",
        "paid_at": local(photo.paid_at),
    }

    first, second = cashier.post(address, fields), cashier.post(address, fields)

    assert (first.status_code, second.status_code) == (302, 302)
    assert balance_of(member).available == 126


def test_what_the_ledger_refuses_stands_on_the_form(cashier, photo, member, store):
    post(member, store, purchase("42-A", 1, source="till"))

    answer = act(
        cashier,
        f"{PHOTOS}{photo.pk}/confirm/",
        receipt_no="42-A",
        paid_yuan="99.50",
        paid_at=local(photo.paid_at),
    )

    assert answer.status_code == 422
    assert "这个小票号已经入账" in text_of(answer)
    photo.refresh_from_db()
    assert photo.state == "submitted"


@pytest.mark.parametrize(
    "wrong",
    [
        {"receipt_no": "<b>"},
        {"receipt_no": ""},
        {"paid_yuan": "0"},
        {"paid_yuan": "1.005"},
        {"paid_yuan": "NaN"},
        {"paid_yuan": "1e99"},
        {"paid_at": "yesterday"},
        {"once": "x"},
    ],
)
def test_a_wrong_form_changes_nothing(cashier, photo, wrong):
    right = {"receipt_no": "42", "paid_yuan": "126.80", "paid_at": local(photo.paid_at)}

    answer = act(cashier, f"{PHOTOS}{photo.pk}/confirm/", **right | wrong)

    assert answer.status_code == 422
    assert not Receipt.objects.exists()


def test_rejecting_for_another_reason_needs_words(cashier, photo):
    address = f"{PHOTOS}{photo.pk}/reject/"

    assert act(cashier, address, reason="other", note="").status_code == 422
    assert act(cashier, address, reason="lapsed", note="").status_code == 422
    assert act(cashier, address, reason="other", note="小票被涂改").status_code == 302

    photo.refresh_from_db()
    assert (photo.state, photo.note) == ("rejected", "小票被涂改")


def test_a_doubt_leads_to_the_conflict(cashier, photo, other, store):
    post(other, store)

    answer = act(
        cashier,
        f"{PHOTOS}{photo.pk}/confirm/",
        receipt_no=photo.receipt_no,
        paid_yuan="126.80",
        paid_at=local(photo.paid_at),
    )

    page = cashier.get(answer.url)
    assert "已转入小票冲突" in text_of(page)
    assert "核对中" in text_of(page)


# --- The picture ----------------------------------------------------------------------------


def test_the_picture_is_a_picture_and_nothing_else(cashier, photo):
    answer = cashier.get(f"{PHOTOS}{photo.pk}/picture/")

    assert answer.content.startswith(b"\xff\xd8\xff")
    assert b"SpyPhone" not in answer.content
    assert {
        name: answer.headers[name]
        for name in (
            "Content-Type",
            "X-Content-Type-Options",
            "Content-Security-Policy",
            "Content-Disposition",
            "Cross-Origin-Resource-Policy",
            "X-Frame-Options",
        )
    } == {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Disposition": f'inline; filename="bill-{photo.pk}.jpg"',
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Frame-Options": "DENY",
    }
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["picture/", "confirm/", "reject/", "change/", "history/"])
def test_who_may_not_decide_sees_no_picture_and_no_form(photo, store, path):
    address = f"{PHOTOS}{photo.pk}/{path}"
    elsewhere = make_earning_store()
    limited = clerk_of(store)
    second = make_store(merchant=store.merchant)
    limited.limits.create(store=second, merchant=store.merchant)

    assert Client().get(address).status_code == 302
    for role in ("owner", "cashier"):
        assert signed_in(clerk_of(elsewhere, role).user).get(address).status_code == 404
    assert signed_in(limited.user).get(address).status_code == 404
    assert signed_in(clerk_of(store, "finance").user).get(address).status_code == 403
    assert signed_in(make_staff("nobody")).get(address).status_code == 302
    for role in ("owner", "manager", "cashier"):
        assert signed_in(clerk_of(store, role).user).get(address).status_code == 200


def test_an_operator_sees_every_picture_and_decides(photo, db):
    root = make_operator("genben")
    user = make_staff("yunying2")
    name_operator(user=user, by=root)
    operator = signed_in(user)

    assert operator.get(f"{PHOTOS}{photo.pk}/picture/").status_code == 200
    assert operator.get(f"{PHOTOS}{photo.pk}/confirm/").status_code == 200


def test_a_forgotten_picture_is_not_there_and_the_page_says_so(cashier, photo, clerk):
    bills.withdraw_photo(photo=photo, key=fresh_key())

    assert cashier.get(f"{PHOTOS}{photo.pk}/picture/").status_code == 404
    assert "照片已删除" in text_of(cashier.get(f"{PHOTOS}{photo.pk}/change/"))


def test_no_page_names_a_person(cashier, photo, conflict, member, other):
    pages = [PHOTOS, CONFLICTS, f"{PHOTOS}{photo.pk}/change/", f"{CONFLICTS}{conflict.pk}/change/"]
    pages += [f"{CONFLICTS}{conflict.pk}/{name}/" for name in ("history",)]

    for address in pages:
        page = cashier.get(address).content.decode()
        assert not re.search("小林|小周", page), address


# --- Conflicts --------------------------------------------------------------------------------


def test_both_bills_stand_side_by_side_with_the_picture(cashier, conflict, member, other):
    text = text_of(page := cashier.get(f"{CONFLICTS}{conflict.pk}/change/"))

    assert f'src="{PHOTOS}{conflict.photo_id}/picture/"' in page.content.decode()
    for words in ("先入账", "后到", "拍照上传", "收银接口", member.public_id, other.public_id):
        assert words in text, words


@pytest.mark.parametrize(
    ("way", "left"), [("earlier", (0, 126)), ("both", (126, 126)), ("later", (126, 0))]
)
def test_a_manager_decides_and_a_cashier_only_looks(
    conflict, cashier, store, member, other, way, left
):
    address = f"{CONFLICTS}{conflict.pk}/{way}/"
    manager = signed_in(clerk_of(store, "manager").user)
    assert cashier.get(address).status_code == 403
    assert cashier.post(address, {"once": "0" * 32, "note": "x"}).status_code == 403
    assert act(manager, address, note="").status_code == 422

    answer = act(manager, address, note="看过两张小票原件")

    assert answer.status_code == 302
    conflict.refresh_from_db()
    assert (conflict.state, conflict.note) == (way, "看过两张小票原件")
    assert (balance_of(member).available, balance_of(other).available) == left
    # Decided: the act does not fit any more, and says so.
    assert manager.get(address).status_code == 302
    assert "冲突" in text_of(manager.get(f"{CONFLICTS}{conflict.pk}/history/"))


def test_the_dashboard_counts_what_waits_in_scope(conflict, member, store, cashier):
    send(member, store, purchase("another", 900))
    stranger = signed_in(clerk_of(make_earning_store()).user)

    assert re.search(r"等待处理.*拍照小票 1 .*小票冲突 1 ", text_of(cashier.get("/admin/")))
    assert "等待处理" not in text_of(stranger.get("/admin/"))


def test_a_receipts_page_leads_to_its_photograph(cashier, photo, clerk):
    receipt = confirm(photo, clerk).receipt

    page = cashier.get(f"/admin/loyalty/receipt/{receipt.pk}/change/")

    assert f"{PHOTOS}{photo.pk}/change/" in page.content.decode()


def test_the_same_file_elsewhere_is_counted_without_where(cashier, photo, other, store):
    elsewhere = make_earning_store()
    send(other, elsewhere, purchase("x", 500), picture=redraw(located()))
    again = send(other, store, purchase("y", 600), picture=redraw(located()))

    text = text_of(page := cashier.get(f"{PHOTOS}{again.pk}/confirm/"))

    assert "还在其他门店提交过 1 次" in text
    assert f"{PHOTOS}{photo.pk}/change/" in page.content.decode()
    assert elsewhere.name not in text
    assert ReceiptPhoto.objects.count() == 3
