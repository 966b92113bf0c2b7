"""Plates as people type them and as cameras read them."""

import pytest

from parking.plates import GateReading, Plate, PlateKind, PlateProblem, parse_plate, read_plate


@pytest.mark.parametrize(
    ("text", "number", "kind", "colour"),
    [
        ("浙A12345", "浙A12345", "standard", "blue"),
        ("浙a·123 45", "浙A12345", "standard", "blue"),
        ("浙Ａ-１２３４Ｂ", "浙A1234B", "standard", "blue"),
        ("浙AD12345", "浙AD12345", "new_energy", "green"),
        ("浙AF1234 5", "浙AF12345", "new_energy", "green"),
        ("京AA12345", "京AA12345", "new_energy", "green"),
        ("浙A12345D", "浙A12345D", "new_energy_large", "yellow_green"),
        ("浙A1234学", "浙A1234学", "learner", "yellow"),
        ("浙A1234警", "浙A1234警", "police", "white"),
        ("浙A1234挂", "浙A1234挂", "trailer", "yellow"),
        ("粤Z1234港", "粤Z1234港", "cross_border", "black"),
        ("粤Z1234澳", "粤Z1234澳", "cross_border", "black"),
        ("沪A1234领", "沪A1234领", "consulate", "black"),
        ("使123456", "使123456", "embassy", "black"),
        ("123456使", "123456使", "embassy", "black"),
        ("WJ京12345", "WJ京12345", "armed_police", "white"),
        ("VA12345", "VA12345", "military", "white"),
        ("浙X1234应急", "浙X1234应急", "emergency", "white"),
        ("浙A1234临", "浙A1234临", "temporary", "paper"),
    ],
)
def test_a_plate_has_one_spelling_and_a_kind(text, number, kind, colour):
    assert parse_plate(text) == Plate(number, colour, PlateKind(kind))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" · ", "empty"),
        ("浙A123", "length"),
        ("浙A1234567890", "length"),
        ("X1234567", "province"),
        ("浙112345", "letter"),
        ("浙I12345", "letter"),
        ("浙A1234O", "serial"),
        ("浙A1I345", "serial"),
        ("浙AZ12345", "serial"),
        ("浙AABCDE", "serial"),
        ("粤Z1234台", "serial"),
        ("'; drop table", "length"),
        ("浙A１２３４五", "serial"),
    ],
)
def test_what_is_no_plate_says_where(text, reason):
    with pytest.raises(PlateProblem) as refused:
        parse_plate(text)

    assert refused.value.reason == reason


def test_a_number_in_another_colour_is_another_plate():
    blue, yellow = parse_plate("浙A12345"), parse_plate("浙A12345", "yellow")

    assert blue.number == yellow.number
    assert blue != yellow


@pytest.mark.parametrize("colour", ["green", "white", "pink"])
def test_a_kind_has_its_colours_only(colour):
    with pytest.raises(PlateProblem, match="colour"):
        parse_plate("浙A12345", colour)


@pytest.mark.parametrize("text", ["浙A1234O", "无牌", "", "浙A12345"])
def test_a_gate_takes_whatever_it_reads(text):
    expected = PlateKind.STANDARD if text == "浙A12345" else None

    assert read_plate(text) == GateReading(text, expected)


def test_a_masked_plate_keeps_two_characters_at_either_end():
    assert parse_plate("浙AD12345").masked == "浙A***45"
