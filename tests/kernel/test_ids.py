"""Public identifiers."""

import pytest

from district.kernel.database import ids
from district.kernel.database.ids import PublicIdField, looks_like, new_id
from district.kernel.database.postgres import call


def test_an_id_is_its_prefix_and_22_letters_and_digits():
    made = new_id("mem")

    assert looks_like("mem", made)
    assert len(made) == len("mem_") + 22
    assert set(made.removeprefix("mem_")) <= set(ids.ALPHABET)


def test_ids_do_not_repeat():
    assert len({new_id("x") for _ in range(20_000)}) == 20_000


def test_every_place_of_an_id_varies():
    """A generator that lost its high bits would leave the last letters at 0."""
    made = [new_id("x").removeprefix("x_") for _ in range(2_000)]

    assert [len({public_id[place] for public_id in made}) for place in range(21)] == [62] * 21
    # The last letter holds what 21 letters leave over of 128 bits.
    assert {public_id[21] for public_id in made} == set(ids.ALPHABET[:8])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "mem_",
        "mem_" + "0" * 21,
        "mem_" + "0" * 23,
        "str_" + "0" * 22,
        "mem_" + "0" * 21 + "\n",
        "mem_" + "0" * 22 + "\n",
        "mem_" + "٠" * 22,
        "mem_" + "0" * 21 + "-",
        " mem_" + "0" * 22,
    ],
)
def test_what_is_not_an_id_does_not_look_like_one(text):
    assert not looks_like("mem", text)


def test_a_migration_names_the_prefix_and_nothing_that_follows_from_it():
    _, path, args, options = PublicIdField("mem").deconstruct()

    assert (path, args, options) == ("district.kernel.database.ids.PublicIdField", ["mem"], {})


@pytest.mark.django_db
def test_ids_born_in_sql_look_like_those_born_in_python():
    made = [call("kernel_public_id") for _ in range(300)]

    assert all(looks_like("tr", f"tr_{public_id}") for public_id in made)
    assert len(set(made)) == 300
