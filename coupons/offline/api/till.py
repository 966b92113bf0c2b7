"""Terminals that go without the network: what they take along, and what they bring back."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.api.schemas import rendered
from coupons.api.schemas_till import lines_of
from coupons.engine.hash_chain import TerminalEntry
from coupons.offline import errors, services
from coupons.offline.api.schemas import KitIn, KitOut, LogIn, LogOut
from coupons.offline.provisioning import kit_document
from coupons.offline.queries import terminal_of, with_relations
from coupons.offline.services.log import UploadedLine
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
        request_data = self.request_data(KitIn)
        kit = services.equip_terminal(
            terminal=found,
            last_seq=request_data["last_seq"],
            key=self.key("equip_terminal", terminal=terminal, **request_data),
        )
        return Response(rendered(KitOut, kit_document(kit)), status.HTTP_201_CREATED)


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
        request_data = self.request_data(LogIn)
        answer = services.upload_log(
            terminal=found,
            lines=[_line(entry) for entry in request_data["entries"]],
            sent_at=request_data["sent_at"],
            actor=self.till.actor,
        )
        return Response(
            rendered(
                LogOut, {"next_seq": answer.next_seq, "entries": with_relations(answer.entries)}
            )
        )


def _line(request_data: dict[str, Any]) -> UploadedLine:
    at = clock.instant(request_data["scanned_at"])
    assert at is not None  # the form has read it
    entry = TerminalEntry(
        seq=request_data["seq"],
        kit=request_data["kit"],
        scanned_at=request_data["scanned_at"],
        code=request_data["code"],
        bill_no=request_data["bill"]["no"],
        bill_fen=request_data["bill"]["fen"],
        lines=tuple((line.fen, line.product) for line in lines_of(request_data["bill"])),
        discount_fen=request_data["discount_fen"],
        outcome=request_data["outcome"],
    )
    return UploadedLine(entry, request_data["hash"], at)
