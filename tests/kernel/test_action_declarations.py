"""What an action says about itself is enough: whose it is, when it makes sense, which verb it calls and with what."""

from types import SimpleNamespace

import pytest

from district.kernel.backoffice import Action

ROW = SimpleNamespace(pk=3, state="open")


def request_of(*held):
    return SimpleNamespace(user=SimpleNamespace(pk=7, has_perm=lambda name: name in held))


def run(action, row, **cleaned_data):
    return action.run(request_of(), row, cleaned_data, "the key")


def test_without_a_word_nobody_may():
    class Silent(Action):
        name = "silent"

    assert not Silent().is_allowed(request_of("app.change_thing"), ROW)


def test_a_permission_is_needed_and_enough():
    class Change(Action):
        permission = "app.change_thing"

    assert Change().is_allowed(request_of("app.change_thing"), ROW)
    assert not Change().is_allowed(request_of("app.view_thing"), ROW)


@pytest.mark.parametrize(("states", "fits"), [((), True), ({"open"}, True), ({"closed"}, False)])
def test_states_say_when_it_makes_sense(states, fits):
    action = type("Close", (Action,), {"states": states})()

    assert action.is_applicable(ROW) is fits


def test_the_verb_gets_the_form_the_row_and_what_it_takes_of_person_and_key():
    def close(*, thing, reason, by, key):
        return thing, reason, by.pk, key

    class Close(Action):
        verb, row_argument, opens_result = staticmethod(close), "thing", True
        argument_names = {"words": "reason"}

    assert run(Close(), ROW, words="because") == (ROW, "because", 7, "the key")


def test_a_verb_that_takes_an_actor_gets_one_as_text():
    class Close(Action):
        verb, opens_result = staticmethod(lambda *, actor: actor), True

    assert run(Close(), ROW) == "user:7"


def test_a_person_stays_at_the_row_and_goes_to_what_was_made_where_there_was_none():
    class Make(Action):
        verb, row_argument = staticmethod(lambda **arguments: "made"), "thing"

    assert run(Make(), ROW) is None
    assert run(Make(), None) == "made"
