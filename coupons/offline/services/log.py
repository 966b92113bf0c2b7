"""Taking over what a terminal did without the network, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.db import transaction

from coupons.engine.hash_chain import TerminalEntry, hash_of
from coupons.offline import liability, resolution
from coupons.offline.errors import LogForked, LogGap
from coupons.offline.events import CouponConflict
from coupons.offline.models import Kit, LogEntry, RedemptionConflict, Terminal
from coupons.offline.resolution import REDEEMED, Payer, Scan, ScanResolution
from district.kernel import clock
from district.kernel.outbox.events import emit

Result = LogEntry.Result


@dataclass(frozen=True, slots=True)
class UploadedLine:
    """A line of the log with the hash that the terminal gave it, and the instant its text means."""

    entry: TerminalEntry
    hash: str
    scanned_at: datetime


@dataclass(frozen=True, slots=True)
class UploadResult:
    """What became of the lines, in their order, and which number is expected next."""

    entries: list[LogEntry]
    next_seq: int


def upload_log(
    *, terminal: Terminal, lines: Sequence[UploadedLine], sent_at: datetime, actor: str
) -> UploadResult:
    """Take the lines over, each exactly once, each in a transaction of its own: whoever was cut off sends
    the same again, or goes on from the next number. Lines that are here already must be the same.

    Raises LogForked, LogGap.
    """
    received = clock.now()
    skew = received - sent_at
    # Seen before anything is written: a log with a gap or a tear is refused as a whole.
    _require_one_piece(lines)
    entries = [_process_line(terminal, line, received, skew, actor) for line in lines]
    last = Terminal.objects.values_list("last_seq", flat=True).get(pk=terminal.pk)
    return UploadResult(entries, last + 1)


def _require_one_piece(lines: Sequence[UploadedLine]) -> None:
    for before, line in pairwise(lines):
        if line.entry.seq != before.entry.seq + 1:
            raise LogGap(next_seq=before.entry.seq + 1)
        if hash_of(before.hash, line.entry) != line.hash:
            raise LogForked(seq=line.entry.seq)


@transaction.atomic
def _process_line(
    terminal: Terminal, line: UploadedLine, received: datetime, skew: timedelta, actor: str
) -> LogEntry:
    rows = Terminal.objects.select_for_update(no_key=True, of=("self",)).select_related("store")
    held, entry = rows.get(pk=terminal.pk), line.entry
    if entry.seq <= held.last_seq:
        known = LogEntry.objects.select_related("redemption", "conflict", "coupon").get(
            terminal=held, seq=entry.seq
        )
        if known.hash != line.hash:
            raise LogForked(seq=entry.seq)
        return known
    if entry.seq != held.last_seq + 1:
        raise LogGap(next_seq=held.last_seq + 1)
    if hash_of(held.last_hash, entry) != line.hash:
        raise LogForked(seq=entry.seq)
    kit = Kit.objects.filter(terminal=held, public_id=entry.kit).first()
    scan = Scan(entry, line.scanned_at, _seconds(skew), received, kit)
    # What was refused at the counter is only kept: it says how often, and why.
    found = (
        resolution.resolve_scan(held, scan, actor)
        if entry.outcome == REDEEMED
        else ScanResolution()
    )
    written = _write(held, line, scan, found)
    held.last_seq, held.last_hash = entry.seq, line.hash
    held.save(update_fields=["last_seq", "last_hash"])
    return written


def _write(terminal: Terminal, line: UploadedLine, scan: Scan, found: ScanResolution) -> LogEntry:
    entry = line.entry
    written = LogEntry.objects.create(
        terminal=terminal,
        seq=entry.seq,
        hash=line.hash,
        kit=scan.kit,
        scanned_at=line.scanned_at,
        skew=scan.skew,
        outcome=entry.outcome,
        bill_no=scan.reported_bill.bill_no,
        bill_fen=entry.bill_fen,
        discount_fen=entry.discount_fen,
        on_allowance=found.on_allowance,
        allowance_fen=found.allowance_fen,
        pass_made_at=found.coupon_pass.made_at if found.coupon_pass else None,
        coupon_id=found.coupon.pk if found.coupon else None,
        redemption_id=found.redemption,
        result=_result(entry, found),
    )
    if written.result == Result.CONFLICT:
        _record_conflict(written, found)
    return written


def _result(entry: TerminalEntry, found: ScanResolution) -> str:
    if entry.outcome != REDEEMED:
        return Result.NOTED
    return Result.REDEEMED if found.redemption is not None else Result.CONFLICT


def _record_conflict(entry: LogEntry, found: ScanResolution) -> None:
    """Write the conflict down, book what the alliance bears, and notify the shopper."""
    store = entry.terminal.store
    conflict = RedemptionConflict.objects.create(
        entry=entry,
        merchant_id=store.merchant_id,
        store=store,
        member_id=found.coupon.member if found.coupon else None,
        winner=found.winner,
        reason=found.reason,
        fen=found.fen,
        payer=found.payer,
        at=entry.scanned_at,
    )
    if found.payer == Payer.ALLIANCE:
        liability.book_liability(conflict)
    if found.coupon is not None:
        emit(
            CouponConflict(
                conflict=conflict.public_id,
                coupon=found.coupon.pk,
                member=found.coupon.member,
                store=store.pk,
                reason=found.reason,
                fen=found.fen,
            )
        )


def _seconds(skew: timedelta) -> int:
    # A clock that is years off is as wrong as one of a day.
    return max(-86_400, min(86_400, int(skew.total_seconds())))
