"""What the demo has of the fund: terms, contributions, members; payments in every state, one debt written off, one under
objection."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from credit.compensation import services as compensation
from credit.compensation.models import FundClaim, FundPayment, PaymentAttempt
from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.complaints.models import CaseFile
from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.services import alliance_party
from loyalty.queries import receipts

_BEGUN_DAYS_AGO = 34
_FILED_DAYS_AGO = 30
_CASES = 6
SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


def play_fund(context: Any) -> None:
    """A month of the fund at the demo's first merchant, which promises and does not pay."""
    counter = context.main_merchants[0]
    _found(context, counter)
    stories: tuple[Callable[[Any, FundPayment], object], ...] = (
        _wait,
        _propose,
        _send,
        _fail,
        _pay_and_write_off,
        _pay_and_dispute,
    )
    cases = [_missed_case(context, counter, receipt) for receipt in _purchases(context, counter)]
    # After the last snapshot, which knows nothing of the day's end.
    with context.travel_to(0, 20):
        complaints.run_timers()
        for case in cases:
            compensation.follow_case(case=case.pk)
    for number, case in enumerate(cases):
        payment = FundPayment.objects.filter(case=case).first()
        if payment is not None:
            with context.travel_to(0, 21, number):
                stories[number](context, payment)


def _found(context: Any, counter: Any) -> None:
    with context.travel_to(_BEGUN_DAYS_AGO, 9):
        today = clock.business_day(clock.now())
        for days, cap_fen in ((1, 200_000), (2, 300_000)):
            proposal = compensation.propose_terms(
                effective_from=today + timedelta(days=days),
                case_cap_fen=cap_fen,
                year_cap_fen=5 * cap_fen,
                least_contribution_fen=50_000,
                reason="联盟公约第九条",
                by=context.operator,
                key=_key("terms", days),
            )
            if days == 1:
                compensation.approve_terms(proposal=proposal, by=context.second_operator)
        compensation.record_contribution(
            merchant=alliance_party(),
            amount_fen=5_000_000,
            reference="联盟首期出资",
            by=context.operator,
            key=_key("contribution", "alliance"),
        )
    with context.travel_to(_BEGUN_DAYS_AGO - 2, 10):
        for member in context.main_merchants:
            compensation.join_fund(
                merchant=member.merchant,
                amount_fen=100_000,
                reference=f"入会 {member.merchant.name}",
                by=context.operator,
                key=_key("join", member.merchant.pk),
            )


def _purchases(context: Any, counter: Any) -> list[Any]:
    """Purchases of several members, of whom none has an open case."""
    rows = receipts().filter(store__in=counter.stores, refunded_fen=0, paid_fen__gte=2_000)
    rows = rows.filter(paid_at__lt=context.at(_FILED_DAYS_AGO + 1, 9)).order_by("-pk")
    found: dict[int, Any] = {}
    for receipt in rows[:300]:
        busy = CaseFile.objects.filter(member=receipt.account.member)
        if receipt.account_id not in found and not busy.exists():
            found[receipt.account_id] = receipt
        if len(found) == _CASES:
            break
    return list(found.values())


def _missed_case(context: Any, counter: Any, receipt: Any) -> CaseFile:
    """A complaint whose agreed refund never comes."""
    remedy = CaseRemedy(RemedyKind.REFUND, min(receipt.paid_fen, 8_000))
    filing = complaints.Filing(
        store=receipt.store,
        category="quality",
        description="商家答应退款，一直没有退。",
        wish="refund",
        amount_fen=remedy.amount_fen,
        receipt_no=receipt.receipt_no,
    )
    key = iter(_key("case", f"{receipt.pk}-{act}") for act in range(9))
    clerk = context.owner_of(counter)
    with context.travel_to(_FILED_DAYS_AGO, 10):
        case = complaints.file_case(member=receipt.account.member, filing=filing, key=next(key))
    with context.travel_to(_FILED_DAYS_AGO, 11):
        complaints.accept_case(case=case, by=context.operator, key=next(key))
        complaints.answer_case(
            case=case, by=clerk, stance="agree", text="同意退款。", key=next(key)
        )
        complaints.propose_remedy(case=case, actor=MERCHANT, by=clerk, remedy=remedy, key=next(key))
        return complaints.accept_proposal(
            case=case, actor=SHOPPER, by=receipt.account.member.user, key=next(key)
        )


def _wait(context: Any, payment: FundPayment) -> None:
    """Nobody has looked at it yet."""


def _propose(context: Any, payment: FundPayment) -> PaymentAttempt:
    return compensation.propose_attempt(
        payment=payment,
        method="bank",
        payee_hint="尾号 0000",
        by=context.operator,
        key=_key("attempt", payment.pk),
    )


def _send(context: Any, payment: FundPayment) -> PaymentAttempt:
    attempt = _propose(context, payment)
    return compensation.approve_attempt(attempt=attempt, by=context.second_operator)


def _fail(context: Any, payment: FundPayment) -> None:
    compensation.note_attempt_failed(
        attempt=_send(context, payment), note="户名与账号不符，银行退回", by=context.operator
    )


def _pay(context: Any, payment: FundPayment) -> FundClaim:
    """Paid, confirmed by the shopper, and charged to the merchant."""
    compensation.note_attempt_succeeded(
        attempt=_send(context, payment),
        reference=f"网银 {payment.public_id[-6:]}",
        proof="网银电子回单",
        by=context.operator,
        key=_key("paid", payment.pk),
    )
    case = CaseFile.objects.select_related("member").get(pk=payment.case_id)
    complaints.confirm_remedy(case=case, member=case.shopper, key=_key("confirm", payment.pk))
    compensation.follow_case(case=case.pk)
    return FundClaim.objects.get(payment=payment)


def _pay_and_write_off(context: Any, payment: FundPayment) -> None:
    compensation.propose_write_off(
        claim=_pay(context, payment),
        reason="商户撤场，追偿无果",
        by=context.operator,
        key=_key("write-off", payment.pk),
    )


def _pay_and_dispute(context: Any, payment: FundPayment) -> None:
    compensation.dispute_claim(
        claim=_pay(context, payment),
        reason="已当面退给顾客现金",
        by=context.owner_of(context.main_merchants[0]),
        key=_key("dispute", payment.pk),
    )


def _key(act: str, subject: Any) -> Key:
    return Key.of("demo:compensation", f"{act}-{subject}")


CHAPTERS = [("compensation", play_fund)]
