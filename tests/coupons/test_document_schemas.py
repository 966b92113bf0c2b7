"""The documents of a draft are refused unless they are of their exact form."""

import pytest

from coupons.document_schemas import require_documents
from coupons.errors import TemplateInvalid

EMPTY = {"times": {}, "scope": {}, "audience": {}}
RIGHT = {
    "times": {
        "windows": [{"start": 600, "end": 120, "weekdays": [1, 7], "kind": "workday"}],
        "never": [["2027-02-05", "2027-02-11"]],
    },
    "scope": {
        "only": {"stores": ["str_1"], "venues": ["ven_1"]},
        "but_not": {"trades": ["catering"]},
        "products": ["4711", "a b "],
        "but_no_products": ["4712"],
    },
    "audience": {
        "new_within_days": 30,
        "tags": ["regular"],
        "bought_at": ["mrc_1"],
        "granted": "clean_plate",
        "granted_by": ["mrc_1"],
    },
}


def test_what_is_right_passes():
    require_documents(**RIGHT)
    require_documents(**EMPTY)


@pytest.mark.parametrize("document", RIGHT)
@pytest.mark.parametrize("wrong", [None, [], "x", {"unknown": 1}, {1: 2}], ids=repr)
def test_a_document_of_another_form(document, wrong):
    with pytest.raises(TemplateInvalid, match="格式不正确"):
        require_documents(**EMPTY | {document: wrong})


@pytest.mark.parametrize(
    "times",
    [
        {"windows": {}},
        {"windows": None},
        {"windows": [{"start": True}]},
        {"windows": [{"start": 24 * 60}]},
        {"windows": [{"end": 0}]},
        {"windows": [{"end": 600.0}]},
        {"windows": [{"weekdays": []}]},
        {"windows": [{"weekdays": [0]}]},
        {"windows": [{"weekdays": ["1"]}]},
        {"windows": [{"kind": "sunday"}]},
        {"windows": [{"kind": []}]},
        {"windows": [{"from": 600}]},
        {"never": ["2027-02-05"]},
        {"never": [["2027-02-11", "2027-02-05"]]},
        {"never": [["2027-02-30", "2027-03-01"]]},
        {"never": [[1, 2]]},
    ],
    ids=repr,
)
def test_wrong_times(times):
    with pytest.raises(TemplateInvalid, match="“可用时段”"):
        require_documents(**EMPTY | {"times": times})


@pytest.mark.parametrize(
    "scope",
    [
        {"only": None},
        {"only": ["str_1"]},
        {"only": {"stores": "str_1"}},
        {"only": {"cities": ["杭州"]}},
        {"products": [4711]},
        {"products": [None]},
        {"products": [""]},
        {"products": ["x" * 65]},
        {"products": ["a\0"]},
        {"products": ["x"] * 20_001},
        {"products": {"4711": 1}},
    ],
    ids=lambda scope: repr(scope)[:40],
)
def test_a_wrong_scope(scope):
    with pytest.raises(TemplateInvalid, match="“适用范围”"):
        require_documents(**EMPTY | {"scope": scope})


@pytest.mark.parametrize(
    "audience",
    [
        {"new_within_days": 0},
        {"new_within_days": 366},
        {"new_within_days": 1.0},
        {"new_within_days": True},
        {"tags": "regular"},
        {"granted": ""},
        {"granted": " clean_plate"},
        {"granted": "clean_plate\n"},
        {"granted": "光盘"},
        {"granted": 5},
        {"granted_by": [5]},
    ],
    ids=repr,
)
def test_a_wrong_audience(audience):
    with pytest.raises(TemplateInvalid, match="“领取条件”"):
        require_documents(**EMPTY | {"audience": audience})
