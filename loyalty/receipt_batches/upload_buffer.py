"""What of an upload has come and is not kept yet: lines cut out of pieces, kept some thousands at a time."""

from dataclasses import replace

from django.db import transaction
from django.db.models import F

from district.kernel.text.csv_files import is_empty
from loyalty.receipt_batches import procedures
from loyalty.receipt_batches.batch_limits import MOST_BYTES, MOST_ROWS, STAGE_BYTES, STAGE_ROWS
from loyalty.receipt_batches.errors import (
    BatchHeaderWrong,
    BatchNotOpen,
    BatchOffsetWrong,
    BatchTooLarge,
)
from loyalty.receipt_batches.line_splitter import LineSplitter
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.rows import columns_of, missing_columns


class UploadBuffer:
    """What has come and is not kept yet."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._splitter = LineSplitter(batch.lines, bytes(batch.tail))
        self._columns, self._separator = batch.columns, batch.separator
        self._kept = self._received = batch.received_bytes
        self._count = batch.rows
        self._rows: list[tuple[int, bytes]] = []
        self._ended = False

    def add_piece(self, piece: bytes) -> None:
        if self._received + len(piece) > MOST_BYTES:
            raise _too_large()
        splitter = replace(self._splitter)
        self._add(list(splitter.cut(piece)))
        # Only now: a piece that was refused is not half taken.
        self._splitter = splitter
        self._received += len(piece)
        if len(self._rows) >= STAGE_ROWS or self._received - self._kept >= STAGE_BYTES:
            self.flush()

    def finish(self) -> None:
        if self._splitter.tail:
            self._add(list(self._splitter.finish()))
        self._ended = True

    def _add(self, lines: list[tuple[int, bytes]]) -> None:
        if self._batch.format == Batch.Format.CSV:
            # A spreadsheet writes rows without content as separators alone.
            lines = [(number, line) for number, line in lines if not is_empty(line)]
            if lines and self._columns is None:
                self._columns, self._separator = _header(lines[0][1])
                lines = lines[1:]
        if self._count + len(lines) > MOST_ROWS:
            raise _too_large()
        self._count += len(lines)
        self._rows += lines

    def flush(self) -> None:
        if self._received == self._kept and not self._ended:
            return
        with transaction.atomic():
            # The row's lock and the place it stood at: a twin that was faster makes this no row.
            taken = Batch.objects.filter(
                pk=self._batch.pk, state=Batch.State.RECEIVING, received_bytes=self._kept
            ).update(
                received_bytes=self._received,
                tail=self._splitter.tail,
                lines=self._splitter.lines,
                rows=F("rows") + len(self._rows),
                columns=self._columns,
                separator=self._separator,
            )
            if not taken:
                now = Batch.objects.get(pk=self._batch.pk)
                require_open(now)
                raise BatchOffsetWrong(received_bytes=now.received_bytes)
            procedures.stage_rows(self._batch.pk, self._rows)
        self._kept, self._rows = self._received, []


def require_open(batch: Batch) -> None:
    if batch.state != Batch.State.RECEIVING:
        raise BatchNotOpen


def _header(line: bytes) -> tuple[list[str], str]:
    columns, separator = columns_of(line)
    if missing := missing_columns(columns):
        raise BatchHeaderWrong(missing=", ".join(missing))
    return columns, separator


def _too_large() -> BatchTooLarge:
    return BatchTooLarge(rows=MOST_ROWS, bytes=MOST_BYTES)
