"""The audit queries of the ledger: each must return nothing, on any database, at any moment.

They read the tables alone and share no code with the ledger, so that a bug in one does not hide
in the other. Each runs in one snapshot; beside live traffic they see a state that existed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

# How many offending rows of a query are worth printing.
SHOWN = 20

QUERIES: dict[str, str] = {
    "the balance of an account is what its live lots hold": """
        select account.member_id, account.available, coalesce(sum(lot.remaining), 0) as lots
        from loyalty_pointsaccount account
        left join loyalty_lot lot on lot.account_id = account.member_id and lot.remaining > 0
        group by account.member_id having account.available <> coalesce(sum(lot.remaining), 0)
    """,
    "a lot holds what was granted less draws plus restores": """
        with drawn as (select lot_id, sum(points) as points from loyalty_draw group by lot_id),
        restored as (
            select draw.lot_id, sum(restore.points) as points
            from loyalty_restore restore join loyalty_draw draw on draw.id = restore.draw_id
            group by draw.lot_id)
        select lot.transfer_id, lot.granted, lot.remaining, drawn.points as drawn, restored.points as restored
        from loyalty_lot lot
        left join drawn on drawn.lot_id = lot.transfer_id left join restored on restored.lot_id = lot.transfer_id
        where lot.remaining <> lot.granted - coalesce(drawn.points, 0) + coalesce(restored.points, 0)
    """,
    "a draw is given back at most once over": """
        select draw.id, draw.points, sum(restore.points) as restored
        from loyalty_restore restore join loyalty_draw draw on draw.id = restore.draw_id
        group by draw.id having sum(restore.points) > draw.points
    """,
    "a statement has no gaps": """
        select account.member_id, account.seq, count(transfer.id) as lines, max(transfer.seq) as last
        from loyalty_pointsaccount account
        left join loyalty_transfer transfer on transfer.account_id = account.member_id
        group by account.member_id
        having account.seq <> count(transfer.id) or account.seq <> coalesce(max(transfer.seq), 0)
    """,
    "each line's balance follows from the line before": """
        select id, account_id, seq, available_after, expected from (
            select id, account_id, seq, available_after,
                coalesce(lag(available_after) over line, 0)
                + case when target = 'available' then points else -points end as expected
            from loyalty_transfer window line as (partition by account_id order by seq)) lines
        where available_after <> expected
    """,
    "the last line's balance is the account's": """
        select account.member_id, account.available, transfer.available_after
        from loyalty_pointsaccount account
        join loyalty_transfer transfer
            on transfer.account_id = account.member_id and transfer.seq = account.seq
        where account.available <> transfer.available_after
    """,
    "a transfer that takes points draws as many from lots": """
        select transfer.id, transfer.kind, transfer.points, sum(draw.points) as drawn
        from loyalty_transfer transfer left join loyalty_draw draw on draw.transfer_id = transfer.id
        where transfer.source = 'available'
        group by transfer.id having transfer.points is distinct from sum(draw.points)
    """,
    "a transfer that gives points fills a lot or restores as many": """
        select transfer.id, transfer.kind, transfer.points, lot.granted, restored.points as restored
        from loyalty_transfer transfer
        left join loyalty_lot lot on lot.transfer_id = transfer.id
        left join (select transfer_id, sum(points) as points from loyalty_restore group by transfer_id)
            restored on restored.transfer_id = transfer.id
        where (transfer.kind = 'earn' and transfer.points is distinct from lot.granted)
            or (transfer.kind = 'reverse_spend' and transfer.points is distinct from restored.points)
            or (transfer.kind <> 'earn' and lot.granted is not null)
            or (transfer.kind <> 'reverse_spend' and restored.points is not null)
    """,
    "what lies below a transfer belongs to its account": """
        select transfer.id, transfer.account_id, lot.account_id as lot_account
        from loyalty_transfer transfer
        join loyalty_draw draw on draw.transfer_id = transfer.id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where lot.account_id <> transfer.account_id
    """,
    "points are drawn for the merchant that accepted them": """
        select draw.id, transfer.kind, draw.redeemer_id, transfer.merchant_id, lot.issuer_id
        from loyalty_draw draw
        join loyalty_transfer transfer on transfer.id = draw.transfer_id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where (transfer.kind = 'spend' and draw.redeemer_id <> transfer.merchant_id)
            or (transfer.kind <> 'spend' and draw.redeemer_id <> lot.issuer_id)
    """,
    "a lot was issued by the merchant that granted it": """
        select lot.transfer_id, lot.issuer_id, transfer.merchant_id from loyalty_lot lot
        join loyalty_transfer transfer on transfer.id = lot.transfer_id
        where lot.issuer_id <> transfer.merchant_id or transfer.kind <> 'earn'
    """,
    "a receipt's grant is its transfer's": """
        select receipt.id, receipt.granted, transfer.points from loyalty_receipt receipt
        left join loyalty_transfer transfer on transfer.id = receipt.transfer_id
        where receipt.granted <> coalesce(transfer.points, 0)
            or transfer.account_id <> receipt.account_id
            or transfer.merchant_id <> receipt.merchant_id
            or transfer.kind <> 'earn'
    """,
    "every earning has its receipt": """
        select transfer.id from loyalty_transfer transfer
        left join loyalty_receipt receipt on receipt.transfer_id = transfer.id
        where transfer.kind = 'earn' and receipt.id is null
    """,
    "what a receipt clawed back was reversed": """
        select receipt.id, receipt.granted, receipt.clawed, reversal.points
        from loyalty_receipt receipt
        left join loyalty_transfer reversal on reversal.reverses_id = receipt.transfer_id
        where receipt.clawed <> coalesce(reversal.points, 0)
    """,
    "a reversal mirrors its origin": """
        select reversal.id from loyalty_transfer reversal
        join loyalty_transfer origin on origin.id = reversal.reverses_id
        where reversal.points <> origin.points or reversal.account_id <> origin.account_id
            or reversal.merchant_id <> origin.merchant_id or reversal.source <> origin.target
            or reversal.target <> origin.source or reversal.id < origin.id
    """,
    "issued = spent + expired + live over the whole district": """
        select issued, taken, live from
            (select coalesce(sum(granted), 0) as issued from loyalty_lot) lots,
            (select coalesce(sum(case when target = 'available' then -points else points end), 0) as taken
             from loyalty_transfer where kind <> 'earn') moved,
            (select coalesce(sum(available), 0) as live from loyalty_pointsaccount) accounts
        where issued - taken <> live
    """,
    "merchants and stores of the ledger exist and belong together": """
        select 'transfer' as kind, transfer.id from loyalty_transfer transfer
        left join merchants_store store on store.id = transfer.store_id
        where transfer.store_id is not null and store.merchant_id is distinct from transfer.merchant_id
        union all
        select 'receipt', receipt.id from loyalty_receipt receipt
        left join merchants_store store on store.id = receipt.store_id
        where store.merchant_id is distinct from receipt.merchant_id
        union all
        select 'terms', receipt.id from loyalty_receipt receipt
        left join loyalty_merchantterms terms on terms.id = receipt.terms_id
        where terms.merchant_id is distinct from receipt.merchant_id
        union all
        select 'draw', draw.id from loyalty_draw draw
        left join merchants_merchant merchant on merchant.id = draw.redeemer_id
        where merchant.id is null
    """,
}


@dataclass(frozen=True)
class Offence:
    """One row an audit query should not have returned."""

    query: str
    row: dict[str, Any]


def offences() -> Iterator[Offence]:
    """Every row that breaks a promise of the ledger, up to SHOWN of each query; nothing when all hold."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            # One snapshot for all queries, so that they cannot disagree because of traffic.
            cursor.execute("set transaction isolation level repeatable read, read only")
        for name, sql in QUERIES.items():
            cursor.execute(sql)
            columns = [column.name for column in cursor.description]
            for row in cursor.fetchmany(SHOWN):
                yield Offence(name, dict(zip(columns, row, strict=True)))
