"""What the API's fields take and refuse."""

import re
from datetime import datetime

import pytest
from rest_framework.serializers import Serializer

from district.kernel.clock import SHANGHAI
from district.kernel.errors import DomainError
from district.kernel.http.fields import (
    CodeField,
    FenField,
    IdField,
    InstantField,
    NumberField,
    PointsField,
    TextField,
)


class ExampleForm(Serializer):
    points = PointsField(required=False)
    fen = FenField(required=False)
    at = InstantField(required=False)
    id = IdField("str", required=False)
    text = TextField(required=False, max_length=10)
    number = NumberField(required=False)
    code = CodeField(required=False, longest=20)


def read(**data: object) -> dict[str, object]:
    form = ExampleForm(data=data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def refused(**data: object) -> list[str]:
    form = ExampleForm(data=data)
    assert not form.is_valid(), form.validated_data
    return [f"{name}:{error.code}" for name, errors in form.errors.items() for error in errors]


def test_whole_numbers_within_the_ledger_are_taken():
    assert read(points=1, fen=0) == {"points": 1, "fen": 0}
    assert read(points=10**12, fen=10**12) == {"points": 10**12, "fen": 10**12}


@pytest.mark.parametrize("value", [True, False, 1.0, 0.1, "1", "", None, [], {}, [1], "１"])
def test_what_is_no_json_integer_is_refused(value):
    assert refused(points=value)[0] in {"points:invalid", "points:null"}
    assert refused(fen=value)[0] in {"fen:invalid", "fen:null"}


@pytest.mark.parametrize("value", [10**12 + 1, 2**63 - 1, 2**63, -(2**63), 10**4000])
def test_what_the_ledger_could_not_hold_is_refused(value):
    assert refused(points=value) in (["points:max_value"], ["points:min_value"])
    assert refused(fen=value) in (["fen:max_value"], ["fen:min_value"])


def test_no_points_and_negative_money_are_refused():
    assert refused(points=0) == ["points:min_value"]
    assert refused(points=-1) == ["points:min_value"]
    assert refused(fen=-1) == ["fen:min_value"]


def test_an_instant_is_read_and_written_in_shanghai_time():
    noon = datetime(2026, 3, 1, 12, tzinfo=SHANGHAI)

    assert read(at="2026-03-01T04:00:00Z") == {"at": noon}
    assert ExampleForm({"at": noon}).data == {"at": "2026-03-01T12:00:00+08:00"}


@pytest.mark.parametrize(
    "value", ["2026-03-01T12:00:00", "1999-01-01T00:00:00Z", 1767225600, True, None, ["x"], {}]
)
def test_other_instants_are_refused(value):
    assert refused(at=value)[0] in {"at:invalid", "at:null"}


@pytest.mark.parametrize(
    "value", ["str_" + "0" * 22 + "\n", "mem_" + "0" * 22, "str_0", "str_" + "\0" * 22, 7, None]
)
def test_an_id_of_another_kind_or_shape_is_refused(value):
    assert refused(id=value)[0] in {"id:invalid", "id:null", "id:null_characters_not_allowed"}


@pytest.mark.parametrize("value", ["扫错会员码", "a b", "扫错　会员", "👨‍👩‍👧", "❤️", "नमस्‍ते"])
def test_people_write_as_they_write(value):
    assert read(text=value) == {"text": value}


def test_text_is_trimmed():
    assert read(text="  小林 ") == {"text": "小林"}


@pytest.mark.parametrize(
    "value",
    ["a\0b", "a\nb", "a\tb", "a\x1bb", "a\u202eb", "a\u2028b", "a\u200bb", "a\ud800b", "\ufeffab"],
)
def test_control_characters_are_refused(value):
    assert refused(text=value)[0] in {
        "text:control",
        "text:null_characters_not_allowed",
        "text:surrogate_characters_not_allowed",
    }


@pytest.mark.parametrize("value", ["", "   ", "x" * 11, 7, 1.5, True, None, [], {}])
def test_what_is_no_short_text_is_refused(value):
    assert refused(text=value)[0].startswith("text:")


@pytest.mark.parametrize(
    ("value", "number"),
    [("B-7", "B-7"), ("\ufeffｂ－７\u3000\r\n", "b-7"), (" 001/2 ", "001/2"), ("b-7", "b-7")],
)
def test_a_number_on_paper_is_taken_as_it_is_written_but_for_width_and_blanks(value, number):
    assert read(number=value) == {"number": number}


@pytest.mark.parametrize(
    "value", ["B 7", "", " ", "\u200b", "票7", "B\n7", "①", "x" * 65, " " * 200]
)
def test_what_is_no_number_on_paper_is_refused(value):
    assert refused(number=value)[0].split(":")[1] in {"pattern", "blank", "max_length"}


@pytest.mark.parametrize(
    "value", ["AB-12", "ab-12\n", "ＡＢ－１２", "A B\u3000-\t12", "ab\u201312", "\u200bab\u221212"]
)
def test_a_code_has_one_spelling(value):
    assert read(code=value) == {"code": "AB-12"}


@pytest.mark.parametrize("value", ["", "\n", "a_b", "Ä", 7, None, "x" * 21, "x " * 40, "a\nb"])
def test_what_is_no_code_is_refused(value):
    assert refused(code=value)


def _all_refusals(of=DomainError):
    for subclass in of.__subclasses__():
        yield subclass
        yield from _all_refusals(subclass)


def test_no_refusal_speaks_of_fen():
    """Money is ¥ with two decimals wherever people read; 分 stands only where points are meant."""
    spoken = [
        (refusal.__name__, text)
        for refusal in _all_refusals()
        for text in (
            str(refusal.wording),
            str(refusal.title),
            *map(str, getattr(refusal, "_REASONS", {}).values()),
        )
        if "_fen}" in text or re.search("[0-9}] 分(?!钟)", text)
    ]
    assert spoken == []

    class Short(DomainError):
        wording = "还差 {left_yuan}"

    assert Short(left_fen=123_456).detail == "还差 ¥1,234.56"
