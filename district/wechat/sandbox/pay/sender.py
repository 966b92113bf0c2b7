"""Does what is due, in its order: sends notices, settles refunds and parking charges; by the clock, or at once by hand."""

import threading
from collections.abc import Callable

from district.wechat.sandbox.pay import notices, parking_charges, refunds
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.store import Document

_LONGEST_WAIT_SECONDS = 0.5


class Sender:
    """One for each sandbox; steps never overlap, and nothing is locked while the merchant answers."""

    def __init__(self, state: PayState) -> None:
        self._state = state
        self._one_step = threading.Lock()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Do what is due from now on."""
        threading.Thread(target=self._run, name="notices", daemon=True).start()

    def stop(self) -> None:
        """Do nothing more after the current step."""
        self._stopped.set()

    def run_for(self, seconds: float, advance: Callable[[float], None]) -> int:
        """Let the clock run so far, and do what is due on the way, each at its time; how much that was.

        An attempt that is under way ends before, and the time is counted from its end: its repetition is.
        """
        steps = 0
        with self._one_step:
            with self._state.due_changed:
                end = self._state.now() + seconds
            while (wait := self._seconds_to_next(end)) is not None:
                with self._state.due_changed:
                    advance(wait)
                steps += self._step()
            with self._state.due_changed:
                advance(max(0.0, end - self._state.now()))
        return steps

    def step(self) -> bool:
        """Do the first thing that is due; whether there was one."""
        with self._one_step:
            return self._step()

    def send_now(self, notice_id: str) -> Document:
        """Send a notice at once, taken or not. Raises KeyError."""
        with self._one_step:
            with self._state.due_changed:
                notice = self._state.store.get("notice", notice_id)
            if notice is None:
                raise KeyError(notice_id)
            self._send(notice)
            return notice

    def _seconds_to_next(self, end: float) -> float | None:
        with self._state.due_changed:
            first = self._state.store.next_due()
            if first is None or first.due > end:
                return None
            return max(0.0, first.due - self._state.now())

    def _step(self) -> bool:
        with self._state.due_changed:
            first = self._state.store.next_due()
            if first is None or first.due > self._state.now():
                return False
            if first.kind == "refund":
                refunds.settle(self._state, first.document)
                return True
            if first.kind == "vehicle_charge":
                parking_charges.settle(self._state, first.document)
                return True
        self._send(first.document)
        return True

    def _send(self, notice: Document) -> None:
        with self._state.due_changed:
            prepared = notices.begin_attempt(self._state, notice)
            answer_seconds = self._state.settings["answer_seconds"]
        outcomes = [
            notices.post(notice["url"], headers, body, answer_seconds=answer_seconds)
            for headers, body in prepared
        ]
        with self._state.due_changed:
            notices.end_attempt(self._state, notice, outcomes)

    def _run(self) -> None:
        while not self._stopped.is_set():
            if self.step():
                continue
            with self._state.due_changed:
                first = self._state.store.next_due()
                # The clock may run fast, so nobody sleeps for long.
                wait = 0.01 if first and first.due <= self._state.now() else _LONGEST_WAIT_SECONDS
                self._state.due_changed.wait(wait if first else None)
