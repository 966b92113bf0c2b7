"""Stage, player and figures without a server of their own: the test's client stands for the wire."""

import json
from dataclasses import replace

import pytest

from coupons.replay.dataset import read
from coupons.replay.errors import Unforeseen
from coupons.replay.figures import figures_of, used_coupons
from coupons.replay.player import Player
from coupons.replay.stage import set_stage
from district.kernel.clock import REPLAY_HEADER
from loyalty.replay.notes import Notes
from loyalty.replay.wire import Answer
from tests.replay_coupons.reference import coupons

pytestmark = pytest.mark.django_db


class Line:
    """Asks as a wire does, and counts. `spoil` may put an answer in the place of the server's."""

    def __init__(self, client, spoil=lambda _path, _asked: None):
        self.asked = []
        self._client = client
        self._spoil = spoil

    def ask(self, method, path, *, token, at, key=None, body=None):
        self.asked.append(path)
        if (spoilt := self._spoil(path, len(self.asked))) is not None:
            return spoilt
        headers = {"Authorization": f"Bearer {token}", REPLAY_HEADER: at.isoformat()}
        headers |= {"Idempotency-Key": key} if key else {}
        response = self._client.generic(
            method, path, json.dumps(body or {}), "application/json", headers=headers
        )
        return Answer(response.status_code, response.json())


@pytest.fixture
def data(few_coupons, settings):
    settings.REPLAY = settings.LIMITS_OFF = True
    return read(few_coupons)


@pytest.fixture
def stage(data, tmp_path):
    return set_stage(data, Notes(tmp_path / "notes.json"), lambda: None)


def play(data, stage, line):
    player = Player(line, stage, data, used_coupons(stage))
    return [
        outcome
        for household, wishes in data.by_household.items()
        for outcome in player.play(household, wishes)
    ]


def test_a_run_and_its_repetition_come_to_the_figures_of_the_recomputation(
    data, stage, client, few_coupons
):
    line = Line(client)
    outcomes = play(data, stage, line)
    figures = figures_of(stage)
    again = Line(client)

    expected = coupons(few_coupons)
    refused = {
        name: outcomes.count(name) for name in ("refused_limit", "refused_no_eligible_items")
    }
    assert {"rows": len(outcomes), **refused, **figures} == expected
    assert all(expected.values())
    assert outcomes == play(data, stage, again)
    assert figures_of(stage) == figures
    assert not [path for path in again.asked if path.endswith("/redemptions")]


def test_a_run_that_stopped_in_the_middle_is_gone_on_with(data, stage, client, few_coupons):
    class PowerCut(Exception):
        pass

    def cut(path, asked):
        if asked > 40 and path.endswith("/redemptions"):
            raise PowerCut

    with pytest.raises(PowerCut):
        play(data, stage, Line(client, cut))
    half = figures_of(stage)["redeemed"]
    outcomes = play(data, stage, Line(client))

    expected = coupons(few_coupons)
    assert 0 < half < expected["redeemed"]
    assert len(outcomes) == expected["rows"]
    assert figures_of(stage).items() <= expected.items()


def test_a_code_that_ran_out_is_shown_anew(data, stage, client):
    spoilt = []

    def late(path, _asked):
        if path.endswith("/check") and len(spoilt) < 3:
            spoilt.append(path)
            return Answer(409, {"code": "token_expired"})
        return None

    household, wishes = next(iter(data.by_household.items()))
    line = Line(client, late)

    assert "redeemed" in list(Player(line, stage, data, {}).play(household, wishes))
    shown = [path for path in line.asked if path.endswith("/code")]
    checked = [path for path in line.asked if path.endswith("/check")]
    assert len(shown) == len(checked) > len(spoilt) == 3


@pytest.mark.parametrize("act", ["/me/coupons", "/code", "/check", "/redemptions"])
def test_an_answer_the_contract_does_not_know_ends_the_run(data, stage, client, act):
    def refuse(path, _asked):
        return Answer(403, {"code": "merchant_suspended"}) if path.endswith(act) else None

    with pytest.raises(Unforeseen, match="403 merchant_suspended"):
        play(data, stage, Line(client, refuse))


def test_a_coupon_refused_for_another_reason_ends_the_run(data, stage, client):
    def refuse(path, _asked):
        offer = {"usable": False, "reasons": [{"code": "expired"}]}
        return Answer(200, {"offers": [offer]}) if path.endswith("/check") else None

    with pytest.raises(Unforeseen, match="200 expired"):
        play(data, stage, Line(client, refuse))


def test_who_did_not_receive_the_campaign_cannot_claim(few_coupons, data, client, tmp_path):
    poorer = replace(data, received=frozenset())
    stage = set_stage(poorer, Notes(tmp_path / "notes.json"), lambda: None)

    with pytest.raises(Unforeseen, match="403 coupon_not_for_you"):
        play(poorer, stage, Line(client))
