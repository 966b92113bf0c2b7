"""Batches as tills and ERPs use them: open, send, submit, look."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http.api import cursor_page
from district.merchants.api.base import TillView
from loyalty.api.schemas import rendered
from loyalty.receipt_batches import errors, queries, services, tasks
from loyalty.receipt_batches.api import examples
from loyalty.receipt_batches.api.schemas import (
    AnswerPage,
    BatchIn,
    BatchOut,
    BatchPage,
    ContentQuery,
    ResultQuery,
    SubmitIn,
    result_of,
)
from loyalty.receipt_batches.batch_limits import PIECE, UPLOAD_SECONDS, UPLOADS_AT_ONCE
from loyalty.receipt_batches.models import Batch

MEDIA = {Batch.Format.CSV.value: "text/csv", Batch.Format.NDJSON.value: "application/x-ndjson"}
_PAGING = [OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
_uploads = threading.BoundedSemaphore(UPLOADS_AT_ONCE)


class BatchView(TillView):
    """What is asked of one batch, by a till that may speak for all stores of its rows."""

    def batch(self, public_id: str) -> Batch:
        """Raises NotFound."""
        return queries.batch_of(self.till.merchant.pk, self.own_stores(), public_id)

    def own_stores(self) -> list[int]:
        return [store.pk for store in self.till.stores.values()]


class Batches(BatchView):
    """/api/v1/till/batches: uploads of many receipts and refunds."""

    refusals = (*TillView.refusals, errors.TooManyBatches)

    @extend_schema(
        operation_id="open_batch",
        summary="新建批次",
        request=BatchIn,
        responses={201: BatchOut},
        examples=[
            OpenApiExample("a day", examples.BATCH_IN, request_only=True),
            OpenApiExample("opened", examples.OPENED, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(BatchIn)
        batch = services.open_batch(
            merchant=self.till.merchant,
            stores=self.own_stores(),
            actor=self.till.actor,
            key=self.key("batch", stores=sorted(self.own_stores()), **request_data),
            **request_data,
        )
        return Response(rendered(BatchOut, batch), status.HTTP_201_CREATED)

    @extend_schema(
        operation_id="list_batches",
        summary="批次列表",
        parameters=_PAGING,
        responses=BatchPage,
        tags=["till"],
    )
    def get(self, request: Request) -> Response:
        rows = queries.batches_of(self.till.merchant.pk, self.own_stores())
        page = cursor_page(
            request, rows, order=["-id"], render=lambda batch: rendered(BatchOut, batch)
        )
        return Response(page)


class BatchDetail(BatchView):
    """GET /api/v1/till/batches/{id}: how far it is."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="read_batch",
        summary="批次进度",
        responses=BatchOut,
        examples=[OpenApiExample("done", examples.DONE, response_only=True)],
        tags=["till"],
    )
    def get(self, request: Request, batch: str) -> Response:
        return Response(rendered(BatchOut, self.batch(batch)))


class BatchContent(BatchView):
    """PUT /api/v1/till/batches/{id}/content?offset=N: a piece of the file, from that byte on.

    Any number of pieces of any size, one after the other. When the connection breaks, `GET` tells
    `received_bytes`: send from there. The offset makes a repeated piece harmless, so no key is needed.
    """

    keyed = False
    refusals = (
        *TillView.refusals,
        NotFound,
        TooManyRequests,
        errors.BatchHeaderWrong,
        errors.BatchNotOpen,
        errors.BatchOffsetWrong,
        errors.BatchTooLarge,
        errors.UploadTooSlow,
    )

    @extend_schema(
        operation_id="send_batch_content",
        summary="上传批次内容",
        parameters=[ContentQuery],
        request=dict.fromkeys(MEDIA.values(), OpenApiTypes.STR),
        responses=BatchOut,
        examples=[
            OpenApiExample(
                "one receipt", examples.CONTENT, request_only=True, media_type="text/csv"
            )
        ],
        tags=["till"],
    )
    def put(self, request: Request, batch: str) -> Response:
        found = self.batch(batch)
        query = ContentQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        kind = request.content_type.partition(";")[0].strip().lower()
        if kind != MEDIA[found.format]:
            raise UnsupportedMediaType(kind)
        with _upload_slot():
            try:
                found = services.receive_content(
                    batch=found,
                    offset=query.validated_data["offset"],
                    pieces=_pieces(request),
                )
            except _UploadTooSlow:
                found.refresh_from_db()
                raise errors.UploadTooSlow(received_bytes=found.received_bytes) from None
        return Response(rendered(BatchOut, found))


class BatchSubmission(BatchView):
    """POST /api/v1/till/batches/{id}/submit: the file is whole; a worker takes it up.

    Repeating it changes nothing, so no key is needed.
    """

    keyed = False
    refusals = (
        *TillView.refusals,
        NotFound,
        errors.BatchEmpty,
        errors.BatchHeaderWrong,
        errors.BatchIncomplete,
        errors.BatchNotOpen,
    )

    @extend_schema(
        operation_id="submit_batch",
        summary="提交批次",
        request=SubmitIn,
        responses=BatchOut,
        examples=[OpenApiExample("all of it", {"bytes": 231}, request_only=True)],
        tags=["till"],
    )
    def post(self, request: Request, batch: str) -> Response:
        size = self.request_data(SubmitIn)["bytes"]
        found = services.submit_batch(batch=self.batch(batch), size=size)
        tasks.WORKER.wake()
        found.refresh_from_db()
        return Response(rendered(BatchOut, found))


class BatchRows(BatchView):
    """GET /api/v1/till/batches/{id}/rows: the answers so far, in the order of the file."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="list_batch_rows",
        summary="批次逐行结果",
        parameters=[ResultQuery],
        responses=AnswerPage,
        examples=[
            OpenApiExample("both", {"results": examples.ANSWERS, "next": None}, response_only=True)
        ],
        tags=["till"],
    )
    def get(self, request: Request, batch: str) -> Response:
        found = self.batch(batch)
        query = ResultQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        rows = queries.results_of(found)
        if wanted := query.validated_data.get("state"):
            rows = rows.filter(state=wanted)
        return Response(cursor_page(request, rows, order=["line"], render=result_of))


class BatchResults(BatchView):
    """GET /api/v1/till/batches/{id}/answers.ndjson: every answer so far as one file."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="download_batch_answers",
        summary="下载批次结果",
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
        tags=["till"],
    )
    def get(self, request: Request, batch: str) -> StreamingHttpResponse:
        lines = (_line(result_of(result)) for result in queries.all_results_of(self.batch(batch)))
        answer = StreamingHttpResponse(lines, content_type="application/x-ndjson")
        answer["Cache-Control"] = self.cache_control
        return answer


class _UploadTooSlow(Exception):
    pass


def _pieces(request: Request) -> Iterator[bytes]:
    """The body as it arrives. Raises _UploadTooSlow for one that keeps a thread busy too long."""
    give_up = time.monotonic() + UPLOAD_SECONDS
    while piece := request.read(PIECE):
        yield piece
        if time.monotonic() > give_up:
            raise _UploadTooSlow


@contextmanager
def _upload_slot() -> Iterator[None]:
    """Raises TooManyRequests while as many as may upload do so already."""
    if not _uploads.acquire(blocking=False):
        raise TooManyRequests(retry_after=1)
    try:
        yield
    finally:
        _uploads.release()


def _line(answer: dict[str, Any]) -> bytes:
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    return f"{text}\n".encode()
