from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

from district.kernel.triggers import guard

_earlier = import_module("loyalty.migrations.0009_spent_without_a_store")
_first = import_module("loyalty.migrations.0004_what_fits_and_what_stays")

# What comes to the account that holds the points of a merged one says what brought it.
_MERGE_IN = "    merge_in      merged>available merged>pending owed>merged         - - - -"
KINDS = _earlier.KINDS.replace(_MERGE_IN, _MERGE_IN.replace("- - - -", "- - ? ?"))


def fits(kinds: str) -> str:
    """As before, but that an earning may be undone of which nothing is left to take."""
    return _first.fits(kinds).replace(
        "return points > 0 and", "return (points > 0 or points = 0 and kind = 'reverse_earn') and"
    )


# Whose purchase's points are owed; what a merger moved is found by its carrier, instant and rest.
_DEBTS = """
update loyalty_debt debt set receipt_id = refund.receipt_id
    from loyalty_transfer line join loyalty_refund refund
        on refund.account_id = line.account_id
        and line.seq between refund.first_seq and refund.last_seq
    where line.id = debt.transfer_id and line.kind <> 'merge_in';
update loyalty_debt debt set receipt_id = first.receipt_id
    from loyalty_transfer line, loyalty_debt first
    where line.id = debt.transfer_id and line.kind = 'merge_in' and debt.receipt_id is null
        and first.receipt_id is not null and first.carrier_id = debt.carrier_id
        and first.at = debt.at and first.account_id <> debt.account_id
        and (select count(distinct other.receipt_id) from loyalty_debt other
             where other.receipt_id is not null and other.carrier_id = debt.carrier_id
                 and other.at = debt.at) = 1;
"""
_DEBT = "id, account_id, carrier_id, transfer_id, points, at"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0009_spent_without_a_store")]

    operations = [
        migrations.AddField("refund", "ended", models.BigIntegerField("已过期积分", db_default=0)),
        migrations.RemoveConstraint("refund", "refund_gives_back_something"),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(
                condition=models.Q(
                    ("ended__gte", 0),
                    ("fen__gt", 0),
                    ("other__gte", 0),
                    ("owed__gte", 0),
                    ("own__gte", 0),
                ),
                name="refund_gives_back_something",
            ),
        ),
        migrations.AddField(
            "receipt", "freed", models.BooleanField("单号已释放", db_default=False)
        ),
        migrations.RemoveConstraint("receipt", "receipt_once_per_number"),
        migrations.AddConstraint(
            "receipt",
            models.UniqueConstraint(
                fields=("store", "receipt_no", "freed"), name="receipt_once_per_number"
            ),
        ),
        migrations.RemoveConstraint("receipt", "receipt_once_per_bill"),
        migrations.AddConstraint(
            "receipt",
            models.UniqueConstraint(
                condition=models.Q(("fingerprint__isnull", False), ("freed", False)),
                fields=("fingerprint",),
                name="receipt_once_per_bill",
            ),
        ),
        migrations.AddConstraint(
            "receipt",
            models.CheckConstraint(
                condition=models.Q(
                    ("freed", False),
                    models.Q(
                        ("clawed", models.F("granted")), ("refunded_fen", models.F("paid_fen"))
                    ),
                    _connector="OR",
                ),
                name="receipt_freed_when_taken_back_whole",
            ),
        ),
        # What is free stays free, or a bill could be told again and again.
        guard("freed_stays", "loyalty_receipt", "update of freed", "row", "when (old.freed)"),
        migrations.AddField(
            "debt",
            "receipt",
            models.ForeignKey(
                blank=True,
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="debts",
                to="loyalty.receipt",
                verbose_name="原小票",
            ),
        ),
        migrations.RunSQL(_DEBTS, migrations.RunSQL.noop),
        _first.widened("loyalty_debt", _DEBT, ", receipt_id"),
        migrations.RunSQL(fits(KINDS), _first.fits(_earlier.KINDS)),
        # It is made anew, with one more argument, from loyalty/sql/.
        migrations.RunSQL(
            """
            drop function if exists loyalty_refund(
                text, text, bytea, bigint, bigint, text, bigint, bigint, bigint, text, text, text,
                text, timestamptz);
            """,
            migrations.RunSQL.noop,
        ),
    ]
