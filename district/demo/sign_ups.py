"""Members join through WeChat, and some let it vouch for their telephone."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings

from district.demo.merchant_setup import start_of
from district.demo.parallel import Part, run_in_parallel
from district.demo.plan import Plan
from district.demo.plan.people import PlannedMember
from district.demo.planned_rows import PlannedRows, person_of
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members import services as members
from district.members.models import Member
from district.wechat.sandbox import control
from district.wechat.sandbox.server import SandboxServer
from district.wechat.sandbox.state import SandboxState

LANES = 2


def sign_up_members(plan: Plan, *, on_progress: Callable[[], object]) -> None:
    """Every member of the plan is there, in the order of joining as far as two lanes keep it."""
    existing = PlannedRows.load(plan).members
    with _wechat() as wechat:
        lanes = [plan.members[lane::LANES] for lane in range(LANES)]
        run_in_parallel([_sign_up(plan, lane, existing, wechat, on_progress) for lane in lanes])


def _sign_up(
    plan: Plan,
    lane: Sequence[PlannedMember],
    existing: Mapping[int, Member],
    wechat: SandboxState,
    on_progress: Callable[[], object],
) -> Part:
    for planned in lane:
        joined_at = start_of(plan, planned.joined) + timedelta(minutes=planned.minute)
        with clock.travel_to(joined_at):
            member = existing.get(planned.number) or members.sign_up_member(
                person=person_of(planned.person), nickname=planned.nickname
            )
            if planned.has_phone and member.phone_hash is None:
                with wechat.lock:
                    code = control.phone_code(wechat, {"person": planned.person})["code"]
                key = Key.of("demo", f"phone-{planned.number}")
                members.bind_phone(member=member, code=code, key=key)
        on_progress()
        yield


@contextmanager
def _wechat() -> Iterator[SandboxState]:
    """A WeChat of our own for this while: the one that runs beside the demo may not be up yet."""
    state = SandboxState(appid=settings.WECHAT_APPID, secret=settings.WECHAT_SECRET)
    server = SandboxServer(("127.0.0.1", 0), state)
    serving = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    serving.start()
    usual, settings.WECHAT_BASE = settings.WECHAT_BASE, server.base
    try:
        yield state
    finally:
        settings.WECHAT_BASE = usual
        server.shutdown()
        server.server_close()
        serving.join()
