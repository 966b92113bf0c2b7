"""Preparation, households and figures without a server of their own: the test's client stands for the network."""

import json
from dataclasses import replace

import pytest

from district.kernel.clock import REPLAY_HEADER
from district.replay.connection import ApiResponse
from district.replay.coupons.dataset import read
from district.replay.coupons.errors import UnexpectedAnswer
from district.replay.coupons.figures import figures_of, used_coupons
from district.replay.coupons.household import HouseholdReplay
from district.replay.coupons.preparation import prepare_replay
from district.replay.replay_state import ReplayState
from tests.replay_coupons.reference import coupons

pytestmark = pytest.mark.django_db


class FakeLine:
    """Asks as the replay's client does, and counts. `spoil` may put an answer in the place of the server's."""

    def __init__(self, client, spoil=lambda _path, _asked: None):
        self.paths = []
        self._client = client
        self._spoil = spoil

    def ask(self, method, path, *, token, at, key=None, body=None):
        self.paths.append(path)
        if (spoilt := self._spoil(path, len(self.paths))) is not None:
            return spoilt
        headers = {"Authorization": f"Bearer {token}", REPLAY_HEADER: at.isoformat()}
        headers |= {"Idempotency-Key": key} if key else {}
        response = self._client.generic(
            method, path, json.dumps(body or {}), "application/json", headers=headers
        )
        return ApiResponse(response.status_code, response.json())


@pytest.fixture
def data(few_coupons, settings):
    settings.REPLAY = settings.RATE_LIMITS_OFF = True
    return read(few_coupons)


@pytest.fixture
def replay_setup(data, tmp_path):
    return prepare_replay(data, ReplayState(tmp_path / "notes.json"), lambda: None)


def play(data, replay_setup, line):
    player = HouseholdReplay(line, replay_setup, data, used_coupons(replay_setup))
    return [
        outcome
        for household, wishes in data.by_household.items()
        for outcome in player.play(household, wishes)
    ]


def test_a_run_and_its_repetition_come_to_the_figures_of_the_recomputation(
    data, replay_setup, client, few_coupons
):
    line = FakeLine(client)
    outcomes = play(data, replay_setup, line)
    figures = figures_of(replay_setup)
    again = FakeLine(client)

    expected = coupons(few_coupons)
    refused = {
        name: outcomes.count(name) for name in ("refused_limit", "refused_no_eligible_items")
    }
    assert {"rows": len(outcomes), **refused, **figures} == expected
    assert all(expected.values())
    assert outcomes == play(data, replay_setup, again)
    assert figures_of(replay_setup) == figures
    assert not [path for path in again.paths if path.endswith("/redemptions")]


def test_a_run_that_stopped_in_the_middle_is_gone_on_with(data, replay_setup, client, few_coupons):
    class PowerCut(Exception):
        pass

    def cut(path, request_count):
        if request_count > 40 and path.endswith("/redemptions"):
            raise PowerCut

    with pytest.raises(PowerCut):
        play(data, replay_setup, FakeLine(client, cut))
    half = figures_of(replay_setup)["redeemed"]
    outcomes = play(data, replay_setup, FakeLine(client))

    expected = coupons(few_coupons)
    assert 0 < half < expected["redeemed"]
    assert len(outcomes) == expected["rows"]
    assert figures_of(replay_setup).items() <= expected.items()


def test_a_code_that_ran_out_is_shown_anew(data, replay_setup, client):
    spoilt = []

    def late(path, _asked):
        if path.endswith("/check") and len(spoilt) < 3:
            spoilt.append(path)
            return ApiResponse(409, {"code": "token_expired"})
        return None

    household, wishes = next(iter(data.by_household.items()))
    line = FakeLine(client, late)

    assert "redeemed" in list(HouseholdReplay(line, replay_setup, data, {}).play(household, wishes))
    code_paths = [path for path in line.paths if path.endswith("/code")]
    check_paths = [path for path in line.paths if path.endswith("/check")]
    assert len(code_paths) == len(check_paths) > len(spoilt) == 3


@pytest.mark.parametrize("act", ["/me/coupons", "/code", "/check", "/redemptions"])
def test_an_answer_the_contract_does_not_know_ends_the_run(data, replay_setup, client, act):
    def refuse(path, _asked):
        return ApiResponse(403, {"code": "merchant_suspended"}) if path.endswith(act) else None

    with pytest.raises(UnexpectedAnswer, match="403 merchant_suspended"):
        play(data, replay_setup, FakeLine(client, refuse))


def test_a_coupon_refused_for_another_reason_ends_the_run(data, replay_setup, client):
    def refuse(path, _asked):
        offer = {"usable": False, "reasons": [{"code": "expired"}]}
        return ApiResponse(200, {"offers": [offer]}) if path.endswith("/check") else None

    with pytest.raises(UnexpectedAnswer, match="200 expired"):
        play(data, replay_setup, FakeLine(client, refuse))


def test_who_did_not_receive_the_campaign_cannot_claim(few_coupons, data, client, tmp_path):
    poorer = replace(data, received=frozenset())
    replay_setup = prepare_replay(poorer, ReplayState(tmp_path / "notes.json"), lambda: None)

    with pytest.raises(UnexpectedAnswer, match="403 coupon_not_for_you"):
        play(poorer, replay_setup, FakeLine(client))
