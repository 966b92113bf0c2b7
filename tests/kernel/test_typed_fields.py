"""What people type in yuan is kept in fen."""

import pytest
from django import forms

from district.kernel.backoffice.typed_fields import YuanField


@pytest.mark.parametrize(
    ("text", "fen"),
    [("300.50", 30050), ("３００．５０", 30050), ("¥1,300.5", 130050), ("0.01", 1), ("12元", 1200)],
)
def test_a_sum_is_typed_in_yuan_and_kept_in_fen(text, fen):
    assert YuanField("金额").clean(text) == fen


@pytest.mark.parametrize("text", ["0", "-1", "0.001", "1e99", "NaN", "九十", "", "10000000000.01"])
def test_what_is_no_sum_of_whole_fen_is_refused(text):
    with pytest.raises(forms.ValidationError):
        YuanField("金额").clean(text)


def test_nothing_is_none_where_it_need_not_be_filled_in():
    assert YuanField("金额", required=False).clean("") is None


def test_bounds_are_in_fen_and_named_in_yuan():
    with pytest.raises(forms.ValidationError, match="10000") as refusal:
        YuanField("金额", max_fen=1_000_000).clean("10000.01")

    assert "1000000" not in str(refusal.value)
    assert YuanField("金额", min_fen=0).clean("0") == 0


def test_the_page_shows_fen_in_yuan_and_repeats_what_was_sent():
    field = YuanField("金额")

    assert field.prepare_value(1250) == "12.50"
    assert field.prepare_value("十二") == "十二"
    assert field.prepare_value(None) is None


def test_the_same_sum_written_differently_is_no_change():
    field = YuanField("金额", required=False)

    assert not field.has_changed(1250, "12.5")
    assert not field.has_changed(None, "")
    assert field.has_changed(1250, "12.51")
    assert field.has_changed(1250, "")
