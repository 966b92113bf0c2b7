"""Terminals that go without the network: what they take along, and what they bring back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.api.schemas import rendered
from coupons.api.schemas_till import lines_of
from coupons.offline import errors, services
from coupons.offline.api.schemas import KitIn, KitOut, LogIn, LogOut
from coupons.offline.kits import content_of
from coupons.offline.queries import terminal_of, with_all
from coupons.offline.services.log import Line
from coupons.rules.chain import Entry
from district.kernel import clock
from district.kernel.errors import NotFound
from district.merchants.api.base import TillView
from district.merchants.errors import StoreNotInAlliance


class Kits(TillView):
    """POST /api/v1/till/terminals/{terminal}/kits: leave to go on without the network for three days."""

    refusals = (
        *TillView.refusals,
        StoreNotInAlliance,
        NotFound,
        errors.LogNotUploaded,
        errors.TerminalRetired,
    )

    @extend_schema(
        operation_id="equip_terminal",
        summary="离线授权",
        request=KitIn,
        responses={201: KitOut},
        tags=["till"],
    )
    def post(self, request: Request, terminal: str) -> Response:
        found = terminal_of(self.till, terminal)
        self.till.alliance_store(found.store.public_id)
        asked = self.asked(KitIn)
        kit = services.equip_terminal(
            terminal=found,
            last_seq=asked["last_seq"],
            key=self.key("equip_terminal", terminal=terminal, **asked),
        )
        return Response(rendered(KitOut, content_of(kit)), status.HTTP_201_CREATED)


class Logs(TillView):
    """POST /api/v1/till/terminals/{terminal}/log: what was done without the network, exactly once.

    Entries are known by their numbers: sent again they are answered again, and nothing else happens.
    """

    keyed = False
    refusals = (*TillView.refusals, NotFound, errors.LogForked, errors.LogGap)

    @extend_schema(
        operation_id="upload_log",
        summary="上传离线流水",
        request=LogIn,
        responses=LogOut,
        tags=["till"],
    )
    def post(self, request: Request, terminal: str) -> Response:
        found = terminal_of(self.till, terminal)
        asked = self.asked(LogIn)
        answer = services.upload_log(
            terminal=found,
            lines=[_line(entry) for entry in asked["entries"]],
            sent_at=asked["sent_at"],
            actor=self.till.actor,
        )
        return Response(
            rendered(LogOut, {"next_seq": answer.next_seq, "entries": with_all(answer.entries)})
        )


def _line(asked: dict[str, Any]) -> Line:
    at = clock.instant(asked["scanned_at"])
    assert at is not None  # the form has read it
    entry = Entry(
        seq=asked["seq"],
        kit=asked["kit"],
        scanned_at=asked["scanned_at"],
        code=asked["code"],
        bill_no=asked["bill"]["no"],
        bill_fen=asked["bill"]["fen"],
        lines=lines_of(asked["bill"]),
        discount_fen=asked["discount_fen"],
        outcome=asked["outcome"],
    )
    return Line(entry, asked["hash"], at)
