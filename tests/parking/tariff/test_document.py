"""A document that is no tariff is refused with each fault in it, and where it is."""

from copy import deepcopy
from random import Random

import pytest

from parking.tariff.canonical import tariff_bytes, tariff_document
from parking.tariff.document import TariffInvalid, read_tariff
from parking.tariff.examples import published_tariffs
from tests.parking.tariff.random_tariffs import random_document

RIGHT = published_tariffs()["chongqing_key_area"].document
BANDS = ("tables", 0, "bands")
DAY = (*BANDS, 0)
NIGHT = (*BANDS, 1)
MISSING = object()
FLAT = {"name": "夜间", "start": "20:30", "end": "07:30", "flat_fen": 500, "flat_scope": "band"}
PLAIN_TABLE = {"name": "节日", "bands": RIGHT["tables"][0]["bands"]}


def changed(*changes):
    document = deepcopy(RIGHT)
    for path, value in changes:
        place = document
        for key in path[:-1]:
            place = place[key]
        if value is MISSING:
            del place[path[-1]]
        else:
            place[path[-1]] = value
    return document


def problems_of(document):
    with pytest.raises(TariffInvalid) as refused:
        read_tariff(document)
    return [(problem.path, problem.code) for problem in refused.value.problems]


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("schema",), 2, ("schema", "not_in_range")),
        (("schema",), MISSING, ("schema", "missing")),
        (("timezone",), "Asia/Nowhere", ("timezone", "not_a_timezone")),
        (("timezone",), "../etc", ("timezone", "not_a_timezone")),
        (("timezone",), 8, ("timezone", "not_a_text")),
        (("day_start",), "24:00", ("day_start", "not_a_time")),
        (("rounding",), MISSING, ("rounding", "missing")),
        (("rounding",), "up", ("rounding", "not_one_of")),
        (("tier_clock",), ["visit"], ("tier_clock", "not_one_of")),
        (("colour",), "red", ("colour", "unknown")),
        (("grace",), 15, ("grace", "not_an_object")),
        (("grace", "limit"), MISSING, ("grace.limit", "missing")),
        (("grace", "mode"), "deduct", None),
        (("grace", "minutes"), 0, ("grace.minutes", "not_in_range")),
        (("grace", "minutes"), True, ("grace.minutes", "not_in_range")),
        (("tables",), [], ("tables", "not_a_list")),
        (("tables",), {}, ("tables", "not_a_list")),
        (("tables", 0), "x", ("tables[0]", "not_an_object")),
        (("tables", 0, "days"), {"classes": ["workday"]}, ("tables[0].days", "last_table_is_for_all_other_days")),
        (BANDS, None, ("tables[0].bands", "missing")),
        ((*DAY, "name"), "", ("tables[0].bands[0].name", "not_a_name")),
        ((*DAY, "name"), "白/天", ("tables[0].bands[0].name", "not_a_name")),
        ((*DAY, "name"), "夜间", ("tables[0].bands[1].name", "name_twice")),
        ((*DAY, "start"), "08:00", ("tables[0].bands", "not_covered")),
        ((*DAY, "start"), "07:00", ("tables[0].bands[1]", "overlaps")),
        ((*DAY, "end"), "21:00", ("tables[0].bands[0]", "overlaps")),
        ((*DAY, "end"), "8pm", ("tables[0].bands[0].end", "not_a_time")),
        ((*DAY, "free"), True, ("tables[0].bands[0]", "priced_in_one_way")),
        ((*DAY, "tiers"), MISSING, ("tables[0].bands[0]", "priced_in_one_way")),
        ((*DAY, "tiers", 0, "unit_minutes"), 0, ("tables[0].bands[0].tiers[0].unit_minutes", "not_in_range")),
        ((*DAY, "tiers", 0, "price_fen"), 3.0, ("tables[0].bands[0].tiers[0].price_fen", "not_in_range")),
        ((*DAY, "tiers", 0, "price_fen"), -1, ("tables[0].bands[0].tiers[0].price_fen", "not_in_range")),
        ((*DAY, "tiers", 0, "until_minutes"), None, ("tables[0].bands[0].tiers[0].until_minutes", "missing")),
        ((*DAY, "tiers", 1, "until_minutes"), 90, ("tables[0].bands[0].tiers[1].until_minutes", "last_tier_has_no_end")),
        ((*NIGHT, "cap_fen"), 199, ("tables[0].bands[1].cap_fen", "cap_below_unit_price")),
        ((*NIGHT, "cap_fen"), 0, ("tables[0].bands[1].cap_fen", "not_in_range")),
        (NIGHT, FLAT | {"cap_fen": 900}, ("tables[0].bands[1].cap_fen", "unknown")),
        (NIGHT, FLAT | {"flat_scope": None}, ("tables[0].bands[1].flat_scope", "missing")),
        (("caps",), {"day_fen": 399}, ("caps.day_fen", "cap_below_unit_price")),
        (("caps",), {"visit_fen": 999}, ("caps.visit_fen", "cap_below_shorter_cap")),
        (("caps",), {"day_fen": 5000, "visit_fen": 4999}, ("caps.visit_fen", "cap_below_shorter_cap")),
        (("caps",), {"month_fen": 5000}, ("caps.month_fen", "unknown")),
        (("vehicles",), {"tank": {"free": True}}, ("vehicles.tank", "not_one_of")),
        (("vehicles",), {"large": {}}, ("vehicles.large", "priced_in_one_way")),
        (("vehicles",), {"large": {"free": False}}, ("vehicles.large.free", "not_one_of")),
        (("vehicles",), {"large": {"multiplier_bp": 20000}}, ("vehicles.large.scales_caps", "missing")),
        (("vehicles",), {"large": {"multiplier_bp": 0, "scales_caps": True}}, ("vehicles.large.multiplier_bp", "not_in_range")),
        (("vehicles",), {"large": {"tables": [PLAIN_TABLE], "caps": {"day_fen": 1}}}, ("vehicles.large.caps.day_fen", "cap_below_unit_price")),
        (("electric",), {"free_minutes": 60}, ("electric.multiplier_bp", "missing")),
        (("timezone",), "", ("timezone", "not_a_text")),
        ((*DAY, "start"), "0٧:30", ("tables[0].bands[0].start", "not_a_time")),
        (("\ud800\n",), 1, ("\ufffd\ufffd", "unknown")),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_path(path, value, problem):
    if problem is None:
        assert read_tariff(changed((path, value)))
    else:
        assert problem in problems_of(changed((path, value)))


@pytest.mark.parametrize("value", ["", [], 0, 0.0, False])
@pytest.mark.parametrize("key", ["grace", "caps", "vehicles", "electric"])
def test_what_is_empty_but_no_object_is_refused(key, value):
    assert (key, "not_an_object") in problems_of(changed(((key,), value)))


@pytest.mark.parametrize(
    ("days", "problem"),
    [
        ({"classes": ["sunday"]}, ("tables[0].days.classes[0]", "not_one_of")),
        ({"classes": [{}]}, ("tables[0].days.classes[0]", "not_one_of")),
        ({}, ("tables[0].days", "empty_filter")),
        ({"seasons": [["02-30", "03-01"]]}, ("tables[0].days.seasons[0]", "not_a_season")),
        ({"seasons": [["3-1", "05-31"]]}, ("tables[0].days.seasons[0]", "not_a_season")),
        ({"seasons": [["03-01"]]}, ("tables[0].days.seasons[0]", "not_a_season")),
        ({"seasons": [[None, 3]]}, ("tables[0].days.seasons[0]", "not_a_season")),
        ({"seasons": [{"03-15": 1, "05-31": 2}]}, ("tables[0].days.seasons[0]", "not_a_season")),
        ("", ("tables[0].days", "not_an_object")),
        ({"weekdays": [1]}, ("tables[0].days.weekdays", "unknown")),
        (None, ("tables[0].days", "only_the_last_table_is_for_all_days")),
    ],
)
def test_a_filter_of_days_is_checked(days, problem):
    tables = [PLAIN_TABLE | {"days": days}, RIGHT["tables"][0]]

    assert problem in problems_of(changed((("tables",), tables)))


def test_all_faults_are_named_at_once():
    document = changed(
        (("rounding",), "up"), ((*DAY, "end"), "20:00"), ((*NIGHT, "tiers", 0, "unit_minutes"), 0)
    )

    assert problems_of(document) == [
        ("rounding", "not_one_of"),
        ("tables[0].bands", "not_covered"),
        ("tables[0].bands[1].tiers[0].unit_minutes", "not_in_range"),
    ]


@pytest.mark.parametrize("value", [None, [], "x", 3, {}])
def test_what_is_no_document_at_all_is_refused(value):
    assert problems_of(value)


def test_a_problem_says_what_would_be_right():
    with pytest.raises(TariffInvalid, match=r"tables\[0\]\.bands: not_covered \(20:00–20:30\)"):
        read_tariff(changed(((*DAY, "end"), "20:00")))


def test_the_same_rules_have_the_same_bytes_however_they_are_written():
    written = changed((("caps",), {"day_fen": None}), (("vehicles",), {}), (("electric",), None))
    rules = read_tariff(RIGHT)

    assert tariff_bytes(read_tariff(written)) == tariff_bytes(rules)
    assert read_tariff(written).sha256 == rules.sha256
    assert read_tariff(changed((("tier_clock",), "day"))).sha256 != rules.sha256
    assert rules.sha256 == "4d36777257ed61139dbeed501585713768aa84853439d07360909c1c78ca7265"


def test_rules_written_as_a_document_are_read_again():
    random = Random(5)
    for document in [random_document(random) for _ in range(40)]:
        rules = read_tariff(document)
        assert read_tariff(tariff_document(rules)) == rules
