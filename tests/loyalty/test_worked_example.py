"""loyalty/README.md is right: its example happens as written, and no verb is missing."""

from django.conf import settings

from loyalty import queries, services
from loyalty.models import Draw, Transfer
from loyalty.services import PurchaseRefund, preview_refund, refund_purchase
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points

README = (settings.ROOT / "loyalty" / "README.md").read_text()


def give_back(store, receipt, fen, number):
    purchase_refund = PurchaseRefund(
        receipt_store=store, receipt_no=receipt.receipt_no, refund_no=number, fen=fen
    )
    foreseen = preview_refund(receipt=receipt, store=store, fen=fen, actor="till:1")
    refund = refund_purchase(
        store=store, purchase_refund=purchase_refund, actor="till:1", key=fresh_key()
    )
    assert (foreseen.own, foreseen.other, foreseen.owed) == (refund.own, refund.other, refund.owed)
    return refund


def test_the_worked_example(member):
    a, b, c = make_earning_store(), make_earning_store(), make_earning_store()
    names = {a.merchant_id: "A", b.merchant_id: "B", c.merchant_id: "C"}
    rows = []

    def then(act, deed):
        before = Transfer.objects.count()
        result = deed()
        lines = Transfer.objects.filter(seq__gt=before).order_by("seq")
        drawn = Draw.objects.filter(transfer__in=lines).order_by("pk")
        balance = queries.balance_of(member)
        cells = (
            act,
            ", ".join(f"{line.seq} {line.kind} {line.points}" for line in lines),
            ", ".join(
                f"{draw.points} of {names[draw.lot.issuer_id]}'s for {names[draw.redeemer_id]}"
                for draw in drawn
            ),
            balance.available,
            balance.debt,
        )
        rows.append("| " + " | ".join(map(str, cells)).replace("|  |", "| |") + " |")
        return result

    tea = then("buys for ¥126.80 at A", lambda: buy(member, a, fen=12_680))
    then("spends 100 at B", lambda: pay_points(member, b, points=100))
    first = then("gets ¥80.00 back from A", lambda: give_back(a, tea, 8_000, "R-1"))
    then("buys for ¥40.00 at C", lambda: buy(member, c, fen=4_000))
    then("buys for ¥30.00 at B", lambda: buy(member, b, fen=3_000))
    second = then("gets ¥46.80 back from A", lambda: give_back(a, tea, 4_680, "R-2"))

    assert "\n".join(rows) in README
    assert (first.own, first.other, first.owed) == (26, 0, 54)
    assert (second.own, second.other, second.owed) == (0, 16, 30)
    owed = {
        (names[claim.issuer], names[claim.redeemer]): claim.points for claim in queries.clearing()
    }
    assert owed == {("A", "B"): 100, ("B", "A"): 30, ("C", "A"): 40}
    assert [queries.clearing_of(store.merchant_id) for store in (a, b, c)] == [-30, 70, -40]


def test_every_verb_is_named():
    verbs = {name for name in services.__all__ if name.islower()}

    assert {verb for verb in verbs if f"`{verb}`" not in README} == set()
