"""What of a merchant's debt came in with its statements.

A statement is one figure. Where it is to the merchant's favour or nothing, everything in it is settled against each
other, the fund's charge too. Where the merchant has to pay, the fund comes last: its charge is recovered as far as what
is still unpaid of the statement is less than the charge. Several claims are served the oldest first.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from credit.compensation.models import ClaimCharge
from loyalty.settlement.models import Statement, StatementPayment


def recovered_by_claim(claims: Collection[int]) -> dict[int, int]:
    """The fen that came of each of these claims, never below zero."""
    own = ClaimCharge.objects.filter(claim__in=claims, statement__isnull=False)
    statements = set(own.values_list("statement_id", flat=True))
    charges = ClaimCharge.objects.filter(statement__in=statements).select_related("statement")
    of_statement: dict[int, list[ClaimCharge]] = defaultdict(list)
    for charge in charges.order_by("claim_id", "number"):
        assert charge.statement_id is not None
        of_statement[charge.statement_id].append(charge)
    paid = _paid_of(statements)
    totals = dict.fromkeys(claims, 0)
    for number, rows in of_statement.items():
        statement = rows[0].statement
        assert statement is not None
        for claim, fen in shares_of(rows, unpaid_fen(statement, paid.get(number, 0))):
            if claim in totals:
                totals[claim] += fen
    return {claim: max(0, fen) for claim, fen in totals.items()}


def unpaid_fen(statement: Statement, paid: int) -> int:
    """What the merchant still has to pay of a statement."""
    return max(0, -statement.due - paid)


def shares_of(charges: Iterable[ClaimCharge], unpaid: int) -> Iterable[tuple[int, int]]:
    """Claim and fen recovered, for each charge of a statement; what takes back has always come."""
    rows = list(charges)
    total = sum(charge.fen for charge in rows)
    pool = total if total <= 0 else max(0, total - unpaid)
    pool -= sum(charge.fen for charge in rows if charge.fen < 0)
    for charge in rows:
        share = charge.fen if charge.fen < 0 else min(charge.fen, pool)
        if charge.fen > 0:
            pool -= share
        yield charge.claim_id, share


def _paid_of(statements: Collection[int]) -> dict[int, int]:
    rows = StatementPayment.objects.filter(statement__in=statements).order_by("statement", "nth")
    return {row.statement_id: row.after for row in rows}
