"""Two tills that went on without the network and brought their logs back, with one collision."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from coupons import services as coupons
from coupons.engine.hash_chain import TerminalEntry, hash_of
from coupons.models import Coupon, TemplateVersion
from coupons.offline import services as offline
from coupons.offline.models import RedemptionConflict, Terminal
from coupons.offline.provisioning import kit_document
from coupons.offline.services.log import UploadedLine
from coupons.queries.wallet import coupon_of
from district.demo.chapters.context import ChapterContext, MerchantCounter, key_of
from district.kernel import clock

NAME, FACE_FEN, THRESHOLD_FEN = "离线通用券", 500, 5_000
ALLOWANCE_FEN = 100
COUPON_COUNT = 5


def run(context: ChapterContext) -> None:
    """A campaign whose coupons need no network, and an evening on which there was none.

    Codes live by today's clock, so all of it happens now.
    """
    version = _campaign(context)
    passes = [_presented_code(context, version, number) for number in range(COUPON_COUNT)]
    first, second = context.main_merchants
    _work_offline(context, second, "服务台备用机", passes[:2], allowance_fen=20_000)
    # Its first coupon had been taken at the other till already, and its allowance is small.
    _work_offline(context, first, "一号机", [passes[0], *passes[2:]], allowance_fen=ALLOWANCE_FEN)
    conflict = RedemptionConflict.objects.filter(state=RedemptionConflict.State.DECIDED).last()
    if conflict is not None and conflict.payer == RedemptionConflict.Payer.STORE:
        offline.appeal_conflict(
            conflict=conflict, words="当晚全场断网，收银台无法核对。", by=context.owner
        )


def _campaign(context: ChapterContext) -> TemplateVersion:
    template = coupons.create_template(name=NAME, merchant=None, by=context.operator)
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
    coupons.save_draft(draft=draft, payers=[(None, 10_000)], by=context.operator)
    coupons.submit_version(version=draft, by=context.operator)
    return coupons.approve_version(version=draft, by=context.second_operator)


def _presented_code(context: ChapterContext, version: TemplateVersion, number: int) -> str:
    member = context.members[10 + number]
    coupon = coupons.issue_coupon(
        version=version,
        member=member,
        source=Coupon.Source.ISSUE,
        key=key_of("offline coupon", number),
    )
    return coupons.show_coupon(coupon=coupon_of(member, coupon.public_id)).code


def _work_offline(
    context: ChapterContext,
    counter: MerchantCounter,
    name: str,
    codes: list[str],
    *,
    allowance_fen: int,
) -> Terminal:
    """What a till does that is cut off: it writes down, and sends its log when it can."""
    terminal = offline.register_terminal(
        store=counter.stores[0],
        name=name,
        allowance_count=20,
        allowance_fen=allowance_fen,
        by=context.operator,
        key=key_of("terminal", name),
    )
    kit = kit_document(
        offline.equip_terminal(terminal=terminal, last_seq=0, key=key_of("kit", name))
    )
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
        lines.append(UploadedLine(entry, before, instant))
    offline.upload_log(terminal=terminal, lines=lines, sent_at=clock.now(), actor=counter.actor)
    return terminal


def _entry(kit: dict[str, Any], seq: int, code: str, at: datetime) -> TerminalEntry:
    return TerminalEntry(
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
