"""A till key's secret stands on one page, once."""

import re

import pytest
from django.contrib.sessions.models import Session

from district.kernel.models import AuditLine, Idem
from district.merchants.errors import TillKeyInvalid
from district.merchants.models import TillKey
from district.merchants.queries import till_for
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import table_digests

SECRET = re.compile(r"tk_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}")


def secret_in(answer):
    found = SECRET.search(answer.content.decode())
    return found and found[0]


def issue(client, side, **changes):
    fields = {"name": "二楼收银", "stores": [side.store.pk], "days": 90} | changes
    return act(client, "/admin/merchants/tillkey/add/", **fields)


def test_the_secret_works_and_is_shown_on_the_answer_to_the_post_only(two_merchants, owner):
    answer = issue(owner, two_merchants.second)

    secret = secret_in(answer)
    key = TillKey.objects.get(name="二楼收银")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert till_for(secret).merchant == two_merchants.second.merchant
    assert set(till_for(secret).stores) == {two_merchants.second.store.public_id}
    for address in (
        "/admin/",
        "/admin/merchants/tillkey/",
        f"/admin/merchants/tillkey/{key.pk}/change/",
        f"/admin/merchants/tillkey/{key.pk}/history/",
    ):
        assert secret_in(owner.get(address)) is None


def test_the_secret_is_kept_nowhere(two_merchants, owner):
    secret = secret_in(issue(owner, two_merchants.second))
    random = secret.rsplit("_", 1)[1]

    kept = [str(list(model.objects.values())) for model in (AuditLine, Idem, TillKey)]
    kept += [str(session.get_decoded()) for session in Session.objects.all()]

    assert [text for text in kept if random in text] == []
    assert "messages" not in owner.cookies


def test_reloading_the_page_makes_no_second_key_and_tells_nothing(two_merchants, owner):
    page = owner.get("/admin/merchants/tillkey/add/")
    filled = {
        "once": once_of(page),
        "name": "二楼收银",
        "stores": [two_merchants.second.store.pk],
        "days": 90,
    }

    first = owner.post("/admin/merchants/tillkey/add/", filled)
    again = owner.post("/admin/merchants/tillkey/add/", filled)

    assert secret_in(first)
    assert secret_in(again) is None
    assert "只显示过一次" in text_of(again)
    assert TillKey.objects.filter(name="二楼收银").count() == 1


def test_a_key_opens_only_ones_own_stores(two_merchants, owner):
    before = table_digests()

    answer = issue(owner, two_merchants.second, stores=[two_merchants.first.store.pk])

    assert answer.status_code == 422
    assert table_digests() == before


def test_rotating_shows_a_new_secret_and_the_old_key_lives_on_for_a_day(two_merchants, owner):
    old = two_merchants.second.key

    answer = act(owner, f"/admin/merchants/tillkey/{old.pk}/rotate/")

    old.refresh_from_db()
    assert till_for(secret_in(answer)).key_id == old.replaced_by_id
    assert "更换中" in text_of(owner.get(f"/admin/merchants/tillkey/{old.pk}/change/"))


def test_a_revoked_key_is_refused_from_then_on(two_merchants, owner):
    secret = secret_in(issue(owner, two_merchants.second))
    key = TillKey.objects.get(name="二楼收银")

    act(owner, f"/admin/merchants/tillkey/{key.pk}/revoke/")

    with pytest.raises(TillKeyInvalid):
        till_for(secret)
    assert "已吊销" in text_of(owner.get("/admin/merchants/tillkey/"))
    assert AuditLine.objects.latest("pk").verb == "revoke_till_key"


def test_the_operator_issues_on_the_merchants_page(two_merchants, operator):
    base = f"/admin/merchants/merchant/{two_merchants.first.merchant.pk}"

    answer = act(
        operator,
        f"{base}/issue-key/",
        name="运营签发",
        stores=[two_merchants.first.second.pk],
        days=0,
    )

    assert till_for(secret_in(answer)).merchant == two_merchants.first.merchant
    assert TillKey.objects.get(name="运营签发").expires_at is None
    assert operator.get("/admin/merchants/tillkey/add/").status_code == 403
