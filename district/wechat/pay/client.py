"""One call to WeChat Pay: signed, sent, verified, and repeated where that is safe."""

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from district.wechat.pay import signatures
from district.wechat.pay.errors import (
    ApiError,
    PayError,
    SignatureProbe,
    SignatureRefused,
    UnknownKey,
    Unreachable,
    UnreadableAnswer,
)
from district.wechat.pay.keys import PayMerchant, PlatformKeys
from district.wechat.pay.uploads import UploadedFile
from district.wechat.pay.wire import normal_target, read_json_object, to_json_bytes

BASES = ("https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com")
_OK, _NOT_OK, _SERVER_ERROR, _TOO_MANY = 200, 300, 500, 429
_CHUNK_BYTES = 64 * 1024
logger = logging.getLogger(__name__)


def _without_targets(record: logging.LogRecord) -> bool:
    """urllib3 logs whole request lines when it debugs, and ours hold order numbers and openids."""
    return record.levelno >= logging.WARNING


logging.getLogger("urllib3.connectionpool").addFilter(_without_targets)


def real_time() -> datetime:
    """The clock by default."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a call may take and how often it is tried.

    An attempt waits `connect_seconds` for the connection and `answer_seconds` for each part of the answer;
    `repeat_delays` are the seconds before each repetition. `concurrent` calls may run at once in this process, the
    next ones wait `queue_seconds` for a place, so that a slow WeChat does not take every thread.
    """

    connect_seconds: float = 3.05
    answer_seconds: float = 5.0
    repeat_delays: tuple[float, ...] = (0.3, 1.0)
    concurrent: int = 4
    queue_seconds: float = 1.0


@dataclass(frozen=True)
class _Call:
    """A call under a name that may be logged: its target may hold openids."""

    name: str
    method: str
    target: str
    body: bytes
    is_repeatable: bool
    # A file goes beside what is signed.
    file: UploadedFile | None = None


class PayClient:
    """WeChat Pay at `bases`, or whatever speaks like it there; a repetition goes to the next base."""

    def __init__(
        self,
        *,
        merchant: PayMerchant,
        platform: PlatformKeys,
        bases: Sequence[str] = BASES,
        clock: Callable[[], datetime] = real_time,
        sleep: Callable[[float], None] = time.sleep,
        session: requests.Session | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.merchant, self.platform = merchant, platform
        self.now = clock
        self._bases = [base.rstrip("/") for base in bases]
        self._sleep = sleep
        self._limits = limits or Limits()
        self._places = threading.BoundedSemaphore(self._limits.concurrent)
        self._session = session or requests.Session()
        # A proxy for the outside world must not be asked for an address on this machine.
        hosts = {urlsplit(base).hostname for base in self._bases}
        self._session.trust_env = not hosts & {"127.0.0.1", "localhost", "::1"}

    def get(self, name: str, target: str) -> Mapping[str, Any]:
        """The verified answer; `name` is what the log calls this question.

        Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
        """
        return self._verified(_Call(name, "GET", target, b"", is_repeatable=True))

    def post(
        self, name: str, target: str, body: Mapping[str, Any], *, is_repeatable: bool
    ) -> Mapping[str, Any]:
        """The verified answer, an empty object for 204. Only what WeChat recognises as the same is repeatable.

        Raises ApiError, Unreachable, SignatureRefused, UnreadableAnswer.
        """
        call = _Call(name, "POST", target, to_json_bytes(body), is_repeatable)
        return self._verified(call)

    def put(self, name: str, target: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The verified answer; may be repeated. Raises as `post`."""
        return self._verified(_Call(name, "PUT", target, to_json_bytes(body), is_repeatable=True))

    def delete(self, name: str, target: str) -> None:
        """Not repeated: the second time there is nothing. Raises ApiError, Unreachable, SignatureRefused."""
        self._verified(_Call(name, "DELETE", target, b"", is_repeatable=False))

    def upload(
        self, name: str, target: str, meta: Mapping[str, Any], file: UploadedFile
    ) -> Mapping[str, Any]:
        """The verified answer to a file, of which only `meta` is signed; may be repeated. Raises as `post`."""
        body = to_json_bytes(meta)
        return self._verified(_Call(name, "POST", target, body, is_repeatable=True, file=file))

    def get_before_keys(
        self, name: str, target: str
    ) -> tuple[Mapping[str, Any], Callable[[PlatformKeys], str]]:
        """For the question that fetches keys: the answer, and what verifies it with keys that came in it.

        Raises ApiError, Unreachable, UnreadableAnswer; the second part raises SignatureRefused.
        """
        call = _Call(name, "GET", target, b"", is_repeatable=True)
        answer = self._refuse_errors(name, self._attempt(call, 0))
        return _object_in(answer), lambda platform: self._verify(answer, platform)

    @contextlib.contextmanager
    def download(self, name: str, url: str) -> Iterator[Iterator[bytes]]:
        """The parts of a file that WeChat gave the address of; not signed, so compare its hash.

        Only path and query of the address are used: it is fetched from our own base. Raises ApiError, Unreachable.
        """
        parts = urlsplit(url)
        target = normal_target(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        call = _Call(name, "GET", target, b"", is_repeatable=True)
        with self._attempt(call, 0, stream=True) as answer:
            yield _chunks(self._refuse_errors(name, answer))

    def _verified(self, call: _Call) -> Mapping[str, Any]:
        delays = self._limits.repeat_delays if call.is_repeatable else ()
        for attempt, delay in enumerate([*delays, None]):
            try:
                answer = self._refuse_errors(call.name, self._attempt(call, attempt))
                self._verify(answer, self.platform)
                return _object_in(answer)
            except PayError as error:
                if delay is None or not _may_pass(error):
                    if isinstance(error, SignatureRefused):
                        logger.error("answer not verified", extra=_facts(call.name, error))
                    raise
                logger.info("call repeated", extra=_facts(call.name, error))
            self._sleep(delay)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(self, call: _Call, attempt: int, *, stream: bool = False) -> requests.Response:
        if not self._places.acquire(timeout=self._limits.queue_seconds):
            raise Unreachable("too many calls wait already", is_outcome_unknown=False)
        try:
            return self._send(call, self._bases[attempt % len(self._bases)], stream=stream)
        finally:
            self._places.release()

    def _send(self, call: _Call, base: str, *, stream: bool) -> requests.Response:
        boundary = secrets.token_hex(16)
        sent = call.file.form(call.body, boundary) if call.file else call.body
        request = self._session.prepare_request(
            requests.Request(call.method, base + call.target, data=sent or None)
        )
        # Now the library has written the target: that is what is signed.
        request.headers.update(self._headers(call, request.path_url))
        if call.file:
            request.headers["Content-Type"] = f"multipart/form-data; boundary={boundary}"
        # Exceptions end here: theirs hold the request, and with it order numbers and openids.
        try:
            return self._session.send(
                request,
                timeout=(self._limits.connect_seconds, self._limits.answer_seconds),
                allow_redirects=False,
                stream=stream,
            )
        except requests.ConnectTimeout:
            reason, is_unknown = "ConnectTimeout", False
        except requests.RequestException as failed:
            reason, is_unknown = type(failed).__name__, True
        raise Unreachable(reason, is_outcome_unknown=is_unknown)

    def _headers(self, call: _Call, target: str) -> dict[str, str]:
        headers = {
            "Accept": "application/json",
            "Content-Type": "application/json",
            "User-Agent": "wechat-pay-client",
            "Authorization": signatures.authorization(
                self.merchant,
                method=call.method,
                target=target,
                body=call.body,
                timestamp=int(self.now().timestamp()),
                nonce=secrets.token_hex(16),
            ),
        }
        with contextlib.suppress(UnknownKey):
            # Tells WeChat which of its keys we know, so that it signs with that one.
            headers["Wechatpay-Serial"] = self.platform.encryption_key(self.now())[0]
        return headers

    def _verify(self, answer: requests.Response, platform: PlatformKeys) -> str:
        return signatures.verify(answer.headers, answer.content, platform=platform, now=self.now())

    def _refuse_errors(self, name: str, answer: requests.Response) -> requests.Response:
        if _OK <= answer.status_code < _NOT_OK:
            return answer
        error = _api_error(answer)
        level = logging.WARNING if error.is_outcome_unknown else logging.INFO
        logger.log(level, "call refused", extra=_facts(name, error))
        raise error


def _may_pass(error: PayError) -> bool:
    """Whether the same call may do better in a moment."""
    if isinstance(error, ApiError):
        return error.status >= _SERVER_ERROR or error.status == _TOO_MANY
    return isinstance(error, Unreachable | SignatureProbe)


def _api_error(answer: requests.Response) -> ApiError:
    try:
        body = read_json_object(answer.content) or {}
    except requests.RequestException:
        body = {}
    detail = body.get("detail")
    return ApiError(
        status=answer.status_code,
        code=str(body.get("code", "")) or "UNKNOWN",
        message=str(body.get("message", "")),
        request_id=answer.headers.get("Request-ID", ""),
        detail=detail if isinstance(detail, dict) else None,
    )


def _object_in(answer: requests.Response) -> Mapping[str, Any]:
    if not answer.content:
        return {}
    body = read_json_object(answer.content)
    if body is None:
        raise UnreadableAnswer("the answer is no JSON object")
    return body


def _chunks(answer: requests.Response) -> Iterator[bytes]:
    try:
        yield from answer.iter_content(_CHUNK_BYTES)
    except requests.RequestException as failed:
        reason = type(failed).__name__
    else:
        return
    raise Unreachable(reason, is_outcome_unknown=True)


def _facts(name: str, error: PayError) -> dict[str, str]:
    facts = {"call": name, "error": type(error).__name__, "reason": str(error)}
    if isinstance(error, ApiError) and error.field:
        facts["field"] = error.field
    return facts
