"""Members join through WeChat, and some let it vouch for their telephone."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings

from district.demo.crew import Part, side_by_side
from district.demo.opening import start_of
from district.demo.plan import Plan
from district.demo.plan.people import PlannedMember
from district.demo.stage import Stage, person_of
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members import services as members
from district.members.models import Member
from district.wechat.sandbox import control
from district.wechat.sandbox.server import SandboxServer
from district.wechat.sandbox.world import World

LANES = 2


def let_join(plan: Plan, *, told: Callable[[], object]) -> None:
    """Every member of the plan is there, in the order of joining as far as two lanes keep it."""
    there = Stage.of(plan).members
    with _wechat() as wechat:
        lanes = [plan.members[lane::LANES] for lane in range(LANES)]
        side_by_side([_join(plan, lane, there, wechat, told) for lane in lanes])


def _join(
    plan: Plan,
    lane: Sequence[PlannedMember],
    there: Mapping[int, Member],
    wechat: World,
    told: Callable[[], object],
) -> Part:
    for planned in lane:
        joined_at = start_of(plan, planned.joined) + timedelta(minutes=planned.minute)
        with clock.moved_to(joined_at):
            member = there.get(planned.number) or members.sign_up_member(
                person=person_of(planned.person), nickname=planned.nickname
            )
            if planned.has_phone and member.phone_hash is None:
                with wechat.lock:
                    code = control.phone_code(wechat, {"person": planned.person})["code"]
                key = Key.of("demo", f"phone-{planned.number}")
                members.bind_phone(member=member, code=code, key=key)
        told()
        yield


@contextmanager
def _wechat() -> Iterator[World]:
    """A WeChat of our own for this while: the one that runs beside the demo may not be up yet."""
    world = World(appid=settings.WECHAT_APPID, secret=settings.WECHAT_SECRET)
    server = SandboxServer(("127.0.0.1", 0), world)
    serving = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    serving.start()
    usual, settings.WECHAT_BASE = settings.WECHAT_BASE, server.base
    try:
        yield world
    finally:
        settings.WECHAT_BASE = usual
        server.shutdown()
        server.server_close()
        serving.join()
