"""A source of notices for the tests of the inbox: a bank that signs with HMAC."""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

import pytest

from district.kernel import audit, clock
from district.kernel.errors import NoticeRefused
from district.kernel.inbox import sources
from district.kernel.inbox.reception import receive_notice
from district.kernel.inbox.sources import InboxSource, Notice, VerifiedNotice
from district.kernel.models import AuditLine

KEYS = {"2026": b"secret of the bank"}
OLDEST_SECONDS = 300


def _signature(key: bytes, notice_id: str, at: str, body: bytes) -> str:
    return hmac.new(key, f"{notice_id}\n{at}\n".encode() + body, hashlib.sha256).hexdigest()


def notice_headers(notice_id: str, body: bytes) -> dict[str, str]:
    """The headers of a notice that the bank sends now."""
    at = str(int(clock.real_now().timestamp()))
    return {
        "Content-Type": "application/json",
        "bank-id": notice_id,
        "bank-time": at,
        "bank-key": "2026",
        "bank-signature": _signature(KEYS["2026"], notice_id, at, body),
    }


def send(notice_id: str, *, body: bytes = b"{}", source: str = "bank") -> bool:
    """As the bank does; whether the notice is new."""
    return receive_notice(source=source, headers=notice_headers(notice_id, body), body=body)


def verify(headers: Mapping[str, str], body: bytes) -> VerifiedNotice:
    key = KEYS.get(headers["bank-key"])
    notice_id, at = headers["bank-id"], headers["bank-time"]
    age = clock.real_now().timestamp() - int(at)
    if key is None or abs(age) > OLDEST_SECONDS:
        raise NoticeRefused
    if not hmac.compare_digest(_signature(key, notice_id, at, body), headers["bank-signature"]):
        raise NoticeRefused
    return VerifiedNotice(notice_id, headers["bank-key"])


def book(notice: Notice) -> None:
    audit.record(verb="book", subject=f"notice:{notice.notice_id}")


BANK = InboxSource(
    name="bank",
    label="银行",
    signed_headers=("bank-id", "bank-time", "bank-key", "bank-signature"),
    verify=verify,
    handle=book,
)


def handled() -> list[str]:
    """The ids of notices that were handled, once for each time."""
    lines = AuditLine.objects.filter(verb="book").order_by("pk")
    return [line.subject.removeprefix("notice:") for line in lines]


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bank is the only source there is."""
    monkeypatch.setattr(sources, "_sources", {"bank": BANK})


@pytest.fixture
def other_bank(bank: None) -> None:
    """A second one, with the same key."""
    sources.register_source(replace(BANK, name="other"))


@pytest.fixture
def bank_handler(
    bank: None, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[Notice], None]], AbstractContextManager[None]]:
    """Another handler for the length of a block."""

    @contextmanager
    def replaced(handle: Callable[[Notice], None]) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setitem(sources._sources, "bank", replace(BANK, handle=handle))
            yield

    return replaced
