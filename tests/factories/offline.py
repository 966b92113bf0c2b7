"""A till as its maker would write it: it knows a kit, the pure rules and its own log, and nothing else."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any

from coupons.api.schemas import rendered
from coupons.engine import passes
from coupons.engine.bill import Bill, BillLine, StoreRef
from coupons.engine.coupon import CouponState
from coupons.engine.eligibility import check_eligibility
from coupons.engine.hash_chain import BEGINNING, TerminalEntry, hash_of
from coupons.engine.passes import Pass, PassRefused
from coupons.engine.terms import Terms
from coupons.offline import services as offline
from coupons.offline.api.schemas import KitOut
from coupons.offline.models import LogEntry, Terminal
from coupons.offline.provisioning import kit_document
from coupons.offline.services.log import UploadedLine
from district.kernel import clock
from district.merchants.models import Store
from tests.factories.coupons import fresh_key
from tests.factories.members import make_operator

_numbers = count(1)


@dataclass
class OfflineTill:
    """A till and its log; its kit, as JSON brought it, is fetched when it is first needed."""

    terminal: Terminal
    last_seq: int = 0
    log: list[UploadedLine] = field(default_factory=list)
    sent: int = 0

    @cached_property
    def kit(self) -> dict[str, Any]:
        kit = offline.equip_terminal(
            terminal=self.terminal, last_seq=self.last_seq, key=fresh_key()
        )
        taken_along: dict[str, Any] = json.loads(json.dumps(rendered(KitOut, kit_document(kit))))
        return taken_along

    def scan(
        self, code: str, *, no: str, fen: int, at: datetime | None = None, lines: Any = ()
    ) -> UploadedLine:
        """What a till without the network does: judge by the kit, take off, write down."""
        at = at or clock.now()
        discount, outcome = self._evaluated(code, fen, tuple(lines), at)
        entry = TerminalEntry(
            seq=self.kit["last_seq"] + len(self.log) + 1,
            kit=self.kit["id"],
            scanned_at=at.isoformat(),
            code=code,
            bill_no=no,
            bill_fen=fen,
            lines=tuple(lines),
            discount_fen=discount,
            outcome=outcome,
        )
        return self.append_to_log(entry)

    def append_to_log(self, entry: TerminalEntry) -> UploadedLine:
        before = self.log[-1].hash if self.log else self.kit["last_hash"]
        at = clock.instant(entry.scanned_at)
        assert at is not None
        line = UploadedLine(entry, hash_of(before, entry), at)
        self.log.append(line)
        return line

    def scan_wrongly(
        self, code: str, *, no: str, fen: int, discount: int, **other: Any
    ) -> UploadedLine:
        """What a till does that does not keep to the rules."""
        line = self.scan(code, no=no, fen=fen, at=other.pop("at", None))
        self.log.pop()
        return self.append_to_log(
            replace(line.entry, discount_fen=discount, outcome="redeemed", **other)
        )

    def upload(self, *, sent_at: datetime | None = None) -> list[LogEntry]:
        """Everything that was not sent yet; what became of it."""
        lines, self.sent = self.log[self.sent :], len(self.log)
        answer = offline.upload_log(
            terminal=self.terminal, lines=lines, sent_at=sent_at or clock.now(), actor="till:1"
        )
        return answer.entries

    def _taken_of(self, coupon_pass: Pass, keys: dict[int, bytes]) -> list[int]:
        """What this till took of the coupon that the pass cannot know of, in fen."""
        return [
            line.entry.discount_fen
            for number, line in enumerate(self.log)
            if line.entry.outcome == "redeemed"
            and (number >= self.sent or line.scanned_at >= coupon_pass.made_at)
            and getattr(_pass_of(line.entry.code, keys), "coupon", None) == coupon_pass.coupon
        ]

    def _passes_taken(self, keys: dict[int, bytes]) -> list[Pass]:
        taken = [line.entry.code for line in self.log if line.entry.outcome == "redeemed"]
        return [coupon_pass for code in taken if (coupon_pass := _pass_of(code, keys)) is not None]

    def _evaluated(
        self, code: str, fen: int, lines: tuple[tuple[int, str], ...], at: datetime
    ) -> tuple[int, str]:
        keys = {key["version"]: bytes.fromhex(key["ed25519"]) for key in self.kit["keys"]}
        try:
            coupon_pass = passes.read(code, keys)
            passes.require_valid(coupon_pass, self.kit["store"], at)
        except PassRefused as refused:
            return 0, str(refused)
        terms = {version["number"]: version for version in self.kit["versions"]}.get(
            coupon_pass.version
        )
        if terms is None or (coupon_pass.store == 0 and terms["offline"] != "allowance"):
            return 0, "not_without_network"
        if passes.was_taken(coupon_pass, self._passes_taken(keys)):
            return 0, "pass_used"
        taken = self._taken_of(coupon_pass, keys)
        if coupon_pass.coupon in self.kit["spent"]:
            return 0, "used"
        eligibility = check_eligibility(
            CouponState(
                state="live",
                valid_from=coupon_pass.valid_from,
                valid_until=coupon_pass.valid_until,
                uses_left=coupon_pass.uses_left
                - (len(taken) if coupon_pass.value_left is None else 0),
                value_left=None
                if coupon_pass.value_left is None
                else coupon_pass.value_left - sum(taken),
            ),
            Terms.of(terms),
            Bill(fen, tuple(BillLine(fen, product) for fen, product in lines)),
            StoreRef(**self.kit["counter"]),
            at,
            lambda day: day.isoformat() in self.kit["workdays"],
        )
        if eligibility.reasons:
            return 0, eligibility.reasons[0].code
        return eligibility.discount_fen, "redeemed"


def _pass_of(code: str, keys: dict[int, bytes]) -> Pass | None:
    try:
        return passes.read(code, keys)
    except PassRefused:
        return None


def make_terminal(store: Store, *, most: int = 2, fen: int = 1_500) -> Terminal:
    return offline.register_terminal(
        store=store,
        name=f"终端{next(_numbers)}",
        allowance_count=most,
        allowance_fen=fen,
        by=make_operator(f"zhongduan{next(_numbers)}"),
        key=fresh_key(),
    )


def first_log_upload() -> dict[str, Any]:
    """The first line of any log: a scan that the till refused."""
    entry = TerminalEntry(
        seq=1,
        kit="okt_none",
        scanned_at=clock.now().isoformat(),
        code="RUBBISH",
        bill_no="OFF-1",
        bill_fen=5_000,
        lines=((5_000, "4711"),),
        discount_fen=0,
        outcome="forged",
    )
    return body_of([UploadedLine(entry, hash_of(BEGINNING, entry), clock.now())])


def body_of(lines: list[UploadedLine]) -> dict[str, Any]:
    """Lines as the API is sent them."""
    return {
        "sent_at": clock.now().isoformat(),
        "entries": [
            {
                "seq": line.entry.seq,
                "kit": line.entry.kit,
                "scanned_at": line.entry.scanned_at,
                "code": line.entry.code,
                "bill": {
                    "no": line.entry.bill_no,
                    "fen": line.entry.bill_fen,
                    "lines": [{"fen": fen, "product": code} for fen, code in line.entry.lines],
                },
                "discount_fen": line.entry.discount_fen,
                "outcome": line.entry.outcome,
                "hash": line.hash,
            }
            for line in lines
        ],
    }
