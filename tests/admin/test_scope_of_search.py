"""What a clerk asks of a screen (searches, filters, orders, names of columns) brings nothing of another's."""

import json
import re

import pytest
from django.contrib.admin.options import TO_FIELD_VAR

from loyalty.models import Transfer
from tests.admin.merchant_paths import (
    MERCHANT_PATHS,
    foreign_rows,
    identifying_texts,
    leaks,
    may_name,
    named_in,
)
from tests.admin.two_merchants import label


def test_search_filters_and_orders_bring_no_foreign_row(two_merchants, owner):
    first, answers, marked = two_merchants.first, {}, identifying_texts(two_merchants)
    terms = [
        first.merchant.name,
        first.merchant.public_id,
        first.store.public_id,
        first.key.name,
        first.key.prefix,
    ]
    # One is as good as all of them.
    transfer = Transfer.objects.filter(merchant=first.merchant).latest("pk")
    terms += [two_merchants.member.public_id, transfer.public_id]

    for model in MERCHANT_PATHS:
        base = f"/admin/{label(model)}/"
        for term in terms:
            # The page repeats what was typed; that is not what is looked for.
            answers[f"{base}?q={term}"] = (
                owner.get(base, {"q": term}).content.decode().replace(term, "")
            )
        columns = {field.name for field in model._meta.get_fields()}
        for name in sorted({"merchant", "issuer", "redeemer", "store", "stores"} & columns):
            for lookup in (f"{name}__id__exact", f"{name}__exact", name):
                value = first.store.pk if "store" in name else first.merchant.pk
                answers[f"{base}?{lookup}"] = owner.get(base, {lookup: value}).content.decode()

    assert {
        address: names
        for address, text in answers.items()
        if (names := named_in(text, marked) - may_name(two_merchants, address))
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
def test_what_is_not_offered_as_a_filter_is_not_answered(two_merchants, owner, operator, lookup):
    for client in (owner, operator):
        for model in MERCHANT_PATHS:
            answer = client.get(f"/admin/{label(model)}/", {lookup: "1"})
            assert answer.status_code in {400, 403}, model


@pytest.mark.parametrize("model", list(MERCHANT_PATHS), ids=lambda model: model.__name__)
def test_rows_cannot_be_opened_by_another_column(two_merchants, owner, model):
    foreign = foreign_rows(two_merchants, model).first()

    for name in ("public_id", "prefix", "name", "merchant", "secret_hash", "id"):
        value = getattr(foreign, name, foreign.pk)
        value = getattr(value, "pk", value)
        answer = owner.get(f"/admin/{label(model)}/{value}/change/", {TO_FIELD_VAR: name})
        # Or the whole screen is for operators.
        assert answer.status_code in {400, 403, 404}, name


def test_the_quick_search_stays_within_scope(two_merchants, owner, operator):
    for term in (
        two_merchants.first.merchant.name,
        two_merchants.first.store.public_id,
        two_merchants.member.public_id,
    ):
        found = operator.get("/admin/search/", {"s": term, "extended": 1}).content.decode()
        seen = owner.get("/admin/search/", {"s": term, "extended": 1}).content.decode()
        assert "command-results-list" in found
        # The list says what was asked for, which is not what is looked for.
        seen = re.sub(r'data-term="[^"]*"', "", seen)
        assert leaks(seen, two_merchants) == set()
    assert (
        two_merchants.second.store.name
        in owner.get("/admin/search/", {"s": "乙家"}).content.decode()
    )


def test_autocomplete_offers_only_ones_own(two_merchants, owner, operator):
    parameters = {
        "app_label": "loyalty",
        "model_name": "receipt",
        "field_name": "store",
        "term": "",
    }

    mine = owner.get("/admin/autocomplete/", parameters)
    all_of_them = operator.get("/admin/autocomplete/", parameters)

    names = (
        {entry["text"] for entry in json.loads(mine.content)["results"]}
        if mine.status_code == 200
        else set()
    )
    assert names <= {two_merchants.second.store.name, two_merchants.second.second.name}
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
