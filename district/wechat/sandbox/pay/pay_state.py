"""WeChat Pay's side of the sandbox in one place: account, store, clock, settings."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Condition, RLock
from typing import Any

from district.wechat.sandbox.faults import FaultPlan
from district.wechat.sandbox.pay.account import PayAccount, account_in, make_certificate, save
from district.wechat.sandbox.pay.signing import RequestSignatures
from district.wechat.sandbox.pay.store import DocumentStore

BEIJING = timezone(timedelta(hours=8))
# Repeats of a notice that was not taken: 24 hours and 4 minutes in all.
_MINUTE, _HOUR = 60, 3600
REPEAT_SECONDS = (
    *(15, 15, 30, 3 * _MINUTE, 10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE, 30 * _MINUTE),
    *(30 * _MINUTE, 60 * _MINUTE, 3 * _HOUR, 3 * _HOUR, 3 * _HOUR, 6 * _HOUR, 6 * _HOUR),
)
SETTINGS: dict[str, Any] = {
    # Where the smart district's notices go; orders and refunds name their own address.
    "mall_notify_url": "",
    "mall_name": "智慧商圈",
    "refund_seconds": 2.0,
    # When a parking charge that was taken is settled, and how: SUCCESS, FAIL, or ADVANCE by WeChat.
    "charge_seconds": 2.0,
    "charge_outcome": "SUCCESS",
    # How many replies to complaints a minute are taken.
    "complaint_replies_a_minute": 30.0,
    # Who has not answered a notice by then has not taken it.
    "answer_seconds": 5.0,
    # Notices wait until `deliver` sends them, in whatever order.
    "hold_notices": False,
    # Notices are signed with the public key, or with a certificate.
    "sign_notices_with": "public_key",
    # Whether a repetition comes in a new envelope.
    "new_envelopes": False,
    # "No pending points": a body that says NONE, or 204.
    "commit_status_body": False,
}


class PayState:
    """Everything WeChat Pay knows of one merchant, behind the sandbox's lock."""

    def __init__(
        self,
        *,
        appid: str,
        folder: Path | None,
        now: Callable[[], float],
        lock: RLock,
        faults: Callable[[], FaultPlan],
    ) -> None:
        self.appid, self.folder = appid, folder
        self.account: PayAccount = account_in(folder)
        self.store = DocumentStore(folder)
        self.signatures = RequestSignatures(self.account)
        self.now, self.faults = now, faults
        # Whoever makes something due wakes the sender.
        self.due_changed = Condition(lock)
        self.bill_tokens: dict[str, tuple[float, bytes]] = {}

    @property
    def settings(self) -> dict[str, Any]:
        return SETTINGS | (self.store.get("settings", "") or {})

    def change_settings(self, **changed: Any) -> None:
        """Raises ValueError for a setting that does not exist, or for a value of another kind."""
        for name, value in changed.items():
            if name not in SETTINGS or type(value) is not type(SETTINGS[name]):
                raise ValueError(f"no such setting: {name}={value!r}; there are {sorted(SETTINGS)}")
        self.store.put("settings", "", self.settings | changed)

    def time(self, seconds: float | None = None) -> str:
        """A moment of the sandbox's clock as WeChat writes it; now, if none is given."""
        moment = datetime.fromtimestamp(self.now() if seconds is None else seconds, UTC)
        return moment.astimezone(BEIJING).isoformat(timespec="seconds")

    def number(self, prefix: str) -> str:
        """A fresh number of 28 digits, the day in it."""
        day = self.time()[:10].replace("-", "")
        return f"{prefix}{day}{secrets.randbelow(10**20):020d}"[:28]

    def rotate_certificate(self) -> str:
        """List a new certificate beside the old ones and sign with it from now on; its serial number."""
        self.account.certificates.append(make_certificate())
        if self.folder is not None:
            save(self.account, self.folder, replace=True)
        return self.account.certificates[-1].serial

    def reset(self) -> None:
        """Forget orders, refunds, notices and settings; the account stays."""
        self.store.clear()
        self.bill_tokens.clear()
