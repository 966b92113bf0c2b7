"""Does what the script of a complaint says, each act at its own instant, through the part that does it in life."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.mapping import AMOUNT_FEN, ScriptStep, SourceComplaint, script_of
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.models import CaseEventRow, CaseFile
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.replay.clients import ShopperClient, TillClient
from district.replay.complaints.dataset import NAME
from district.replay.complaints.errors import ActNotTaken
from district.replay.complaints.preparation import ComplaintSetup
from district.replay.connection import ApiConnection, ApiResponse
from district.replay.database import retry_database

A = CaseAction
# Everything is complained of as one of these; the source's own words are products of banks.
CATEGORY, WISH = "other", "refund"


@dataclass
class PlayedCase:
    """How far a complaint is. `steps_done` counts acts of its script."""

    source: SourceComplaint
    script: tuple[ScriptStep, ...] = field(init=False)
    pk: int = 0
    public_id: str = ""
    state: str = CaseState.NEW
    entered_at: datetime | None = None
    last_at: datetime | None = None
    steps_done: int = 0

    def __post_init__(self) -> None:
        self.script = script_of(self.source)

    @property
    def is_filed(self) -> bool:
        return bool(self.public_id)

    @property
    def step(self) -> ScriptStep | None:
        """The act of the script that is next."""
        return self.script[self.steps_done] if self.steps_done < len(self.script) else None

    @property
    def is_left_to_timers(self) -> bool:
        """Whether nobody does anything more."""
        return self.is_filed and self.state != CaseState.SUBMITTED and self.step is None

    def next_at(self) -> datetime | None:
        """When somebody acts next; None while that depends on the timers."""
        if not self.is_filed:
            return self.source.filed_at
        if self.state == CaseState.SUBMITTED:
            return self.source.accepted_at
        if self.step is None or self.step.in_state != self.state:
            return None
        assert self.entered_at is not None
        assert self.last_at is not None
        return max(self.entered_at + self.step.after, self.last_at)

    def take(self, row: Mapping[str, Any]) -> None:
        """Where the case stands now, as its row says."""
        self.pk, self.public_id, self.state = row["pk"], row["public_id"], row["state"]
        self.entered_at, self.last_at = row["entered_at"], row["last_at"]


ROW = ("pk", "public_id", "state", "entered_at", "last_at")


def stored_cases(
    sources: Iterable[SourceComplaint], replay_setup: ComplaintSetup
) -> list[PlayedCase]:
    """The complaints as earlier runs left them."""
    cases = {source.number: PlayedCase(source) for source in sources}
    numbers = {}
    for row in CaseFile.objects.values("member", *ROW):
        number = replay_setup.number_of_member[row["member"]]
        numbers[row["pk"]] = number
        cases[number].take(row)
    done = CaseEventRow.objects.exclude(actor=CaseActor.TIMER)
    done = done.exclude(action__in=[A.SUBMIT, A.ACCEPT])
    for pk in done.values_list("case", flat=True):
        cases[numbers[pk]].steps_done += 1
    return list(cases.values())


class CasePlayer:
    """Files complaints and acts on them: shopper and merchant over HTTP, the officer by the verbs.

    Each act has a key of its own, so that one whose answer was lost is asked for again and done once.
    """

    def __init__(self, connection: ApiConnection, replay_setup: ComplaintSetup) -> None:
        self._connection = connection
        self._setup = replay_setup

    def play(self, case: PlayedCase, until: datetime) -> int:
        """Every act of a case before an instant; how many. Raises ReplayError."""
        count = 0
        while (at := case.next_at()) is not None and at < until:
            self._act(case, at)
            row = retry_database(lambda: _row_of(case, self._setup))
            case.take(row)
            count += 1
        return count

    def _act(self, case: PlayedCase, at: datetime) -> None:
        if not case.is_filed:
            self._file(case, at)
        elif case.state == CaseState.SUBMITTED:
            self._officer(
                case,
                at,
                lambda file, key: complaints.accept_case(
                    case=file, by=self._setup.officer, key=key
                ),
                A.ACCEPT,
            )
        else:
            step = case.step
            assert step is not None
            act = {
                CaseActor.SHOPPER: self._shopper_acts,
                CaseActor.MERCHANT: self._merchant_acts,
                CaseActor.OFFICER: self._officer_acts,
            }[step.actor]
            act(case, step, at)
            case.steps_done += 1

    def _file(self, case: PlayedCase, at: datetime) -> None:
        source = case.source
        answer = self._phone(case, at).file_complaint(
            self._setup.tills[source.company].store,
            category=CATEGORY,
            wish=WISH,
            amount_fen=AMOUNT_FEN,
            description=f"{source.category}（{source.number}）",
            key=_key(source, A.SUBMIT),
        )
        _require(answer, case, A.SUBMIT)

    def _shopper_acts(self, case: PlayedCase, step: ScriptStep, at: datetime) -> None:
        act = {
            A.ACCEPT_PROPOSAL: "accept",
            A.ESCALATE: "escalate",
            A.WITHDRAW: "withdraw",
            A.CONFIRM: "confirm",
        }[step.action]
        key = _key(case.source, step.action)
        answer = self._phone(case, at).act_on_complaint(case.public_id, act, key=key)
        _require(answer, case, step.action)

    def _merchant_acts(self, case: PlayedCase, step: ScriptStep, at: datetime) -> None:
        till = self._setup.tills[case.source.company]
        client = TillClient(self._connection, till.key, at, till.store)
        act, body = _merchant_request(case.source, step)
        key = _key(case.source, step.action)
        answer = client.act_on_complaint(case.public_id, act, body, key=key)
        _require(answer, case, step.action)

    def _officer_acts(self, case: PlayedCase, step: ScriptStep, at: datetime) -> None:
        by, details = self._setup.officer, step.details
        remedy = CaseRemedy.of(details["remedy"])
        if step.action is A.AGREE:
            self._officer(
                case,
                at,
                lambda file, key: complaints.record_agreement(
                    case=file, by=by, remedy=remedy, key=key
                ),
                step.action,
            )
            return
        decision = complaints.CaseDecision(
            finding=details["finding"],
            severity=details["severity"],
            rule=details["rule"],
            reasons=step.note,
            remedy=remedy,
        )
        self._officer(
            case,
            at,
            lambda file, key: complaints.decide_case(case=file, by=by, decision=decision, key=key),
            step.action,
        )

    def _officer(
        self,
        case: PlayedCase,
        at: datetime,
        act: Callable[[CaseFile, Key], CaseFile],
        action: CaseAction,
    ) -> None:
        """An officer's verb, again where the database went away: its key makes it one act."""
        key = Key.of(f"replay:{NAME}", _key(case.source, action))

        def do() -> None:
            with clock.travel_to(at):
                act(CaseFile.objects.get(pk=case.pk), key)

        try:
            retry_database(do)
        except DomainError as refusal:
            raise _not_taken(case, action, refusal.code) from refusal

    def _phone(self, case: PlayedCase, at: datetime) -> ShopperClient:
        return ShopperClient(self._connection, self._setup.phones[case.source.number], at)


def _merchant_request(source: SourceComplaint, step: ScriptStep) -> tuple[str, dict[str, Any]]:
    details = step.details
    if step.action is A.ANSWER:
        return "answer", {"stance": details["stance"], "text": source.response}
    if step.action is A.PROPOSE:
        return "propose", dict(details["remedy"])
    evidence = [f"退款单 {source.number}" if details["refund_fen"] else f"维修单 {source.number}"]
    return "done", {"evidence": evidence, "refund_fen": details["refund_fen"]}


def _row_of(case: PlayedCase, replay_setup: ComplaintSetup) -> dict[str, Any]:
    if case.is_filed:
        return dict(CaseFile.objects.values(*ROW).get(pk=case.pk))
    member = replay_setup.members[case.source.number]
    return dict(CaseFile.objects.values(*ROW).get(member=member))


def _key(source: SourceComplaint, action: CaseAction) -> str:
    return f"{NAME}-{source.number}-{action}"


def _require(answer: ApiResponse, case: PlayedCase, action: CaseAction) -> None:
    if not answer.accepted:
        raise _not_taken(case, action, f"{answer.status} {answer.code}")


def _not_taken(case: PlayedCase, action: CaseAction, code: str) -> ActNotTaken:
    return ActNotTaken(
        _("投诉 {number} 的 {action} 得到意外的应答：{code}。").format(
            number=case.source.number, action=action, code=code
        )
    )
