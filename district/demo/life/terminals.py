"""Two tills that went on without the network and brought their logs back, with one collision."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from coupons import services as coupons
from coupons.models import Coupon, TemplateVersion
from coupons.offline import services as offline
from coupons.offline.kits import content_of
from coupons.offline.models import RedemptionConflict, Terminal
from coupons.offline.services.log import Line
from coupons.rules.chain import Entry, hash_of
from district.demo.life.scene import Counter, Scene, key_of
from district.kernel import clock

NAME, FACE_FEN, THRESHOLD_FEN = "离线通用券", 500, 5_000
ALLOWANCE_FEN = 100
COUPONS = 5


def play(scene: Scene) -> None:
    """A campaign whose coupons need no network, and an evening on which there was none.

    Codes live by today's clock, so all of it happens now.
    """
    version = _campaign(scene)
    passes = [_shown(scene, version, number) for number in range(COUPONS)]
    first, second = scene.steady
    _evening(scene, second, "服务台备用机", passes[:2], allowance_fen=20_000)
    # Its first coupon had been taken at the other till already, and its allowance is small.
    _evening(scene, first, "一号机", [passes[0], *passes[2:]], allowance_fen=ALLOWANCE_FEN)
    conflict = RedemptionConflict.objects.filter(state=RedemptionConflict.State.DECIDED).last()
    if conflict is not None and conflict.payer == RedemptionConflict.Payer.STORE:
        offline.appeal_conflict(
            conflict=conflict, words="当晚全场断网，收银台无法核对。", by=scene.owner
        )


def _campaign(scene: Scene) -> TemplateVersion:
    template = coupons.create_template(name=NAME, merchant=None, by=scene.operator)
    draft = TemplateVersion(
        template=template,
        kind="cash_off",
        face_fen=FACE_FEN,
        threshold_fen=THRESHOLD_FEN,
        claim_from=clock.now(),
        claim_until=clock.now() + timedelta(days=60),
        days_from=0,
        days=30,
        per_member=2,
        stock=2_000,
        stacking="one_per_level",
        offline="allowance",
    )
    coupons.save_draft(draft=draft, payers=[(None, 10_000)], by=scene.operator)
    coupons.submit_version(version=draft, by=scene.operator)
    return coupons.approve_version(version=draft, by=scene.second)


def _shown(scene: Scene, version: TemplateVersion, number: int) -> str:
    coupon = coupons.issue_coupon(
        version=version,
        member=scene.members[10 + number],
        source=Coupon.Source.ISSUE,
        key=key_of("offline coupon", number),
    )
    return coupons.show_coupon(coupon=coupon).code


def _evening(
    scene: Scene, counter: Counter, name: str, codes: list[str], *, allowance_fen: int
) -> Terminal:
    """What a till does that is cut off: it writes down, and sends its log when it can."""
    terminal = offline.register_terminal(
        store=counter.stores[0],
        name=name,
        allowance_count=20,
        allowance_fen=allowance_fen,
        by=scene.operator,
        key=key_of("terminal", name),
    )
    kit = content_of(offline.equip_terminal(terminal=terminal, last_seq=0, key=key_of("kit", name)))
    scans = [_entry(kit, number, code, clock.now()) for number, code in enumerate(codes, 1)]
    # What is no code of ours was refused by the till itself, and stands in its log.
    scans.append(
        replace(
            _entry(kit, len(scans) + 1, "PAPER-0001", clock.now()), discount_fen=0, outcome="forged"
        )
    )
    lines, before = [], kit["last_hash"]
    for entry in scans:
        instant = clock.instant(entry.scanned_at)
        assert instant is not None
        before = hash_of(before, entry)
        lines.append(Line(entry, before, instant))
    offline.upload_log(terminal=terminal, lines=lines, sent_at=clock.now(), actor=counter.actor)
    return terminal


def _entry(kit: dict[str, Any], seq: int, code: str, at: datetime) -> Entry:
    return Entry(
        seq=seq,
        kit=kit["id"],
        scanned_at=at.isoformat(),
        code=code,
        bill_no=f"L{seq:05d}",
        bill_fen=8_000 + 100 * seq,
        lines=(),
        discount_fen=FACE_FEN,
        outcome="redeemed",
    )
