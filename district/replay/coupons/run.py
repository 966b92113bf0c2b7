"""One replay of coupons from the files to the figures."""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from district.replay.connection import PatientConnection
from district.replay.coupons.dataset import NAME, RedemptionData, RedemptionWish, read
from district.replay.coupons.figures import figures_of, used_coupons
from district.replay.coupons.household import HouseholdReplay, WishOutcome
from district.replay.coupons.preparation import ReplaySetup, prepare_replay
from district.replay.database import own_database, restart_embedded_server, retry_database
from district.replay.errors import Interrupted
from district.replay.progress import ReplayProgress
from district.replay.replay_state import ReplayState
from district.replay.server import own_server

CONNECTIONS = 4
LOOK_AROUND_SECONDS = 0.5


def replay(path: Path, progress: ReplayProgress) -> dict[str, Any]:
    """Play the coupon redemptions of the data set in a folder and give the contract's figures.

    Raises ReplayError.
    """
    data = read(path)
    shoppers = data.shoppers
    with own_database(NAME) as database:
        replay_state = ReplayState(settings.DATA_DIR / "replay" / f"{database}.json")
        steps = len(shoppers.stores) + len(shoppers.journeys) + len(data.products)
        replay_setup = prepare_replay(data, replay_state, progress.begin(_("布置"), steps))
        advance = progress.begin(_("上演"), len(data.wishes))
        with own_server(database) as server:
            replay_run = _ReplayRun(
                data, replay_setup, server.url, advance, used_coupons(replay_setup)
            )
            outcomes = replay_run.play((server.look_after, restart_embedded_server))
            figures = retry_database(lambda: figures_of(replay_setup))
    return {
        "rows": outcomes.total(),
        "claims": figures.pop("claims"),
        "redeemed": figures.pop("redeemed"),
        "refused_limit": outcomes[WishOutcome.REFUSED_LIMIT],
        "refused_no_eligible_items": outcomes[WishOutcome.REFUSED_NO_ELIGIBLE_ITEMS],
        **figures,
    }


@dataclass
class _ReplayRun:
    """Plays the households side by side, each on one connection."""

    data: RedemptionData
    replay_setup: ReplaySetup
    base_url: str
    advance: Callable[[], object]
    used: Mapping[str, str]
    stop: threading.Event = field(default_factory=threading.Event)

    def play(self, meanwhile: Sequence[Callable[[], object]]) -> Counter[WishOutcome]:
        """What came of the wishes; the calling thread calls `meanwhile` between.

        Raises whatever stopped the first household; the others then stop after their request.
        """
        outcomes = Counter[WishOutcome]()
        households = self.data.by_household.items()
        with ThreadPoolExecutor(CONNECTIONS) as players:
            playing = {players.submit(self._play, *household) for household in households}
            try:
                while True:
                    done, going = wait(playing, LOOK_AROUND_SECONDS, FIRST_EXCEPTION)
                    if not going or any(household_run.exception() for household_run in done):
                        break
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
        failures = [
            failure
            for household_run in playing
            if (failure := household_run.exception()) is not None
        ]
        for failure in sorted(failures, key=lambda error: isinstance(error, Interrupted)):
            raise failure
        for household_run in playing:
            outcomes.update(household_run.result())
        return outcomes

    def _play(self, household: int, wishes: Sequence[RedemptionWish]) -> list[WishOutcome]:
        outcomes = []
        with contextlib.closing(PatientConnection(self.base_url, self.stop)) as connection:
            player = HouseholdReplay(connection, self.replay_setup, self.data, self.used)
            for outcome in player.play(household, wishes):
                self.advance()
                outcomes.append(outcome)
        return outcomes
