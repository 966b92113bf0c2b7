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

from coupons.replay.dataset import NAME, Redemptions, Wish, read
from coupons.replay.figures import figures_of, used_coupons
from coupons.replay.player import Outcome, Player
from coupons.replay.stage import Stage, set_stage
from loyalty.replay.database import own_database, revive
from loyalty.replay.errors import Interrupted
from loyalty.replay.notes import Notes
from loyalty.replay.run import Progress, patiently
from loyalty.replay.server import own_server
from loyalty.replay.wire import Wire

CONNECTIONS = 4
LOOK_AROUND_SECONDS = 0.5


def replay(path: Path, progress: Progress) -> dict[str, Any]:
    """Play the coupon redemptions of the data set in a folder and give the contract's figures.

    Raises ReplayError.
    """
    data = read(path)
    shoppers = data.shoppers
    with own_database(NAME) as database:
        notes = Notes(settings.DATA_DIR / "replay" / f"{database}.json")
        steps = len(shoppers.stores) + len(shoppers.journeys) + len(data.products)
        stage = set_stage(data, notes, progress.begin(_("布置"), steps))
        told = progress.begin(_("上演"), len(data.wishes))
        with own_server(database) as server:
            ensemble = _Ensemble(data, stage, server.url, told, used_coupons(stage))
            outcomes = ensemble.play((server.look_after, revive))
            figures = patiently(lambda: figures_of(stage))
    return {
        "rows": outcomes.total(),
        "claims": figures.pop("claims"),
        "redeemed": figures.pop("redeemed"),
        "refused_limit": outcomes[Outcome.REFUSED_LIMIT],
        "refused_no_eligible_items": outcomes[Outcome.REFUSED_NO_ELIGIBLE_ITEMS],
        **figures,
    }


@dataclass
class _Ensemble:
    """Plays the households side by side, each on one connection."""

    data: Redemptions
    stage: Stage
    base_url: str
    told: Callable[[], object]
    used: Mapping[str, str]
    stop: threading.Event = field(default_factory=threading.Event)

    def play(self, meanwhile: Sequence[Callable[[], object]]) -> Counter[Outcome]:
        """What came of the wishes; the calling thread looks meanwhile after what it is told to.

        Raises whatever stopped the first household; the others then stop after their request.
        """
        outcomes = Counter[Outcome]()
        households = self.data.by_household.items()
        with ThreadPoolExecutor(CONNECTIONS) as players:
            playing = {players.submit(self._play, *household) for household in households}
            try:
                while True:
                    done, going = wait(playing, LOOK_AROUND_SECONDS, FIRST_EXCEPTION)
                    if not going or any(one.exception() for one in done):
                        break
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
        failures = [failure for one in playing if (failure := one.exception()) is not None]
        for failure in sorted(failures, key=lambda one: isinstance(one, Interrupted)):
            raise failure
        for one in playing:
            outcomes.update(one.result())
        return outcomes

    def _play(self, household: int, wishes: Sequence[Wish]) -> list[Outcome]:
        outcomes = []
        with contextlib.closing(Wire(self.base_url, self.stop)) as wire:
            player = Player(wire, self.stage, self.data, self.used)
            for outcome in player.play(household, wishes):
                self.told()
                outcomes.append(outcome)
        return outcomes
