"""Invariants of holds, refunds, debts, budgets and decisions of people: no query may return a row."""

LIFECYCLE: dict[str, str] = {
    "a hold sets aside what its parts say": """
        select hold.id, hold.points, parts.points as parts from loyalty_hold hold
        left join (select hold_id, sum(points) as points from loyalty_holdpart group by hold_id)
            parts on parts.hold_id = hold.id
        where hold.points is distinct from parts.points
    """,
    "open holds are what accounts hold": """
        select account.member_id, account.held, holds.points as holds
        from loyalty_pointsaccount account
        left join (select account_id, sum(points) as points from loyalty_hold
                   where state = 'open' group by account_id)
            holds on holds.account_id = account.member_id
        where account.held <> coalesce(holds.points, 0)
    """,
    "a hold's spending is what it captured": """
        select hold.id, hold.captured, spent.points from loyalty_hold hold
        left join loyalty_transfer spent on spent.id = hold.spent_id
        where hold.captured <> coalesce(spent.points, 0)
            or spent.account_id <> hold.account_id or spent.merchant_id <> hold.merchant_id
            or spent.kind <> 'capture'
    """,
    "every capture has its hold": """
        select spent.id from loyalty_transfer spent
        left join loyalty_hold hold on hold.spent_id = spent.id
        where spent.kind = 'capture' and hold.id is null
    """,
    "an account owes what its debts leave open": """
        select account.member_id, account.debt, debts.points as debts
        from loyalty_pointsaccount account
        left join (select account_id, sum(points - repaid) as points from loyalty_debt
                   group by account_id) debts on debts.account_id = account.member_id
        where account.debt <> coalesce(debts.points, 0)
    """,
    "a debt is what its line says, and repaid by the lines that name it": """
        select debt.id, debt.points, debt.repaid, repaid.points as lines from loyalty_debt debt
        left join loyalty_transfer owed on owed.id = debt.transfer_id
        left join (select reverses_id, sum(points) as points from loyalty_transfer
                   where kind = 'repay' or (kind = 'merge_out' and target = 'owed')
                   group by reverses_id) repaid on repaid.reverses_id = debt.transfer_id
        where debt.repaid <> coalesce(repaid.points, 0)
            or owed.points is distinct from debt.points
            or owed.account_id is distinct from debt.account_id
            or owed.source is distinct from 'owed'
    """,
    "every line that makes a debt has one": """
        select line.id from loyalty_transfer line
        left join loyalty_debt debt on debt.transfer_id = line.id
        where line.source = 'owed' and debt.id is null
    """,
    "a repayment goes to whoever carried the loss": """
        select line.id, line.merchant_id, debt.carrier_id from loyalty_transfer line
        left join loyalty_debt debt on debt.transfer_id = line.reverses_id
        where line.kind = 'repay' and line.merchant_id is distinct from debt.carrier_id
    """,
    "a receipt's refunds are its refunds": """
        select receipt.id, receipt.refunded_fen, receipt.clawed, refunds.fen, refunds.points
        from loyalty_receipt receipt
        left join (select receipt_id, sum(fen) as fen, sum(own + other + owed + ended) as points
                   from loyalty_refund group by receipt_id) refunds on refunds.receipt_id = receipt.id
        left join loyalty_earningreview review on review.receipt_id = receipt.id
        where receipt.refunded_fen <> coalesce(refunds.fen, 0)
            or receipt.clawed <> coalesce(refunds.points, 0) + coalesce(review.returned_points, 0)
    """,
    "a receipt keeps the points of what is left paid": """
        select id, paid_fen, refunded_fen, granted, clawed from loyalty_receipt
        where refunded_fen > 0 and granted - clawed
            <> (paid_fen - refunded_fen) * rate_points / rate_per_fen
            and not exists (select from loyalty_earningreview review
                where review.receipt_id = loyalty_receipt.id and review.state = 'refused')
    """,
    "a refund takes no points that ended unspent": """
        with taken as (
            select refund.id, refund.receipt_id, receipt.granted, receipt.transfer_id as lot,
                sum(refund.own + refund.other + refund.owed)
                    over (partition by refund.receipt_id order by refund.id) as points,
                (select min(line.id) from loyalty_transfer line
                 where line.account_id = refund.account_id and line.points > 0
                     and line.seq between refund.first_seq and refund.last_seq) as first_line
            from loyalty_refund refund join loyalty_receipt receipt on receipt.id = refund.receipt_id)
        select taken.id, receipt_id, granted, taken.points, ended.points as ended from taken
        cross join lateral (
            select coalesce(sum(draw.points), 0) as points from loyalty_lot lot
            join loyalty_draw draw on draw.lot_id = lot.transfer_id
            join loyalty_transfer line on line.id = draw.transfer_id and line.kind = 'expire'
            where (lot.transfer_id = taken.lot or lot.origin_id = taken.lot) and line.id < taken.first_line) ended
        where first_line is not null and taken.points + ended.points > granted
    """,
    "what a refund found ended has ended": """
        select receipt_id, refunds.ended, lots.points from (
            select receipt_id, sum(ended) as ended from loyalty_refund group by receipt_id
            having sum(ended) > 0) refunds
        join loyalty_receipt receipt on receipt.id = refunds.receipt_id
        cross join lateral (
            select coalesce(sum(draw.points), 0) as points from loyalty_lot lot
            join loyalty_draw draw on draw.lot_id = lot.transfer_id
            join loyalty_transfer line on line.id = draw.transfer_id and line.kind = 'expire'
            where (lot.transfer_id = receipt.transfer_id or lot.origin_id = receipt.transfer_id)) lots
        where refunds.ended > lots.points
    """,
    "nobody owes more of a purchase than was used of its points": """
        select debts.receipt_id, debts.points, used.points as used, held.points as held from (
            select receipt_id, sum(points - repaid) as points from loyalty_debt
            where repaid < points and receipt_id is not null group by receipt_id) debts
        join loyalty_receipt receipt on receipt.id = debts.receipt_id
        cross join lateral (
            select coalesce(sum(draw.points - coalesce(
                (select sum(points) from loyalty_restore where draw_id = draw.id), 0)), 0) as points
            from loyalty_lot lot
            join loyalty_draw draw on draw.lot_id = lot.transfer_id
            join loyalty_transfer line on line.id = draw.transfer_id
                and line.kind not in ('expire', 'grace', 'merge_out')
            where (lot.transfer_id = receipt.transfer_id or lot.origin_id = receipt.transfer_id)
                -- What its own refunds took is not used, nor what made good its own debts.
                and not exists (
                    select from loyalty_refund refund where refund.receipt_id = receipt.id
                        and refund.account_id = line.account_id
                        and line.seq between refund.first_seq and refund.last_seq)
                and not exists (
                    select from loyalty_debt own where own.receipt_id = receipt.id
                        and line.kind = 'repay' and own.transfer_id = line.reverses_id)) used
        cross join lateral (
            select coalesce(sum(part.points), 0) as points from loyalty_lot lot
            join loyalty_holdpart part on part.lot_id = lot.transfer_id
            join loyalty_hold hold on hold.id = part.hold_id and hold.state = 'open'
            where (lot.transfer_id = receipt.transfer_id or lot.origin_id = receipt.transfer_id)) held
        where debts.points > used.points + held.points
    """,
    "a debt is of the purchase whose refund made it": """
        select debt.id, debt.receipt_id, debt.carrier_id, receipt.issuer_id from loyalty_debt debt
        join loyalty_receipt receipt on receipt.id = debt.receipt_id
        where receipt.issuer_id <> debt.carrier_id
    """,
    "what came back to a merged account went on to its heir": """
        select reversal.id, reversal.points, moved.went_out, moved.came_in
        from loyalty_transfer reversal
        join loyalty_pointsaccount account on account.member_id = reversal.account_id
        cross join lateral (
            select coalesce(sum(points) filter (where kind = 'merge_out'
                       and account_id = reversal.account_id), 0) as went_out,
                coalesce(sum(points) filter (where kind = 'merge_in'
                       and account_id <> reversal.account_id), 0) as came_in,
                count(*) as lines
            from loyalty_transfer line where line.reverses_id = reversal.id) moved
        where reversal.kind in ('reverse_spend', 'return_spend') and moved.lines > 0
            and (account.merged_into_id is null
                or moved.went_out <> reversal.points or moved.came_in <> reversal.points)
    """,
    "a merged account has no lots and owes nothing": """
        select account.member_id, lot.transfer_id as lot, null::bigint as debt
        from loyalty_pointsaccount account
        join loyalty_lot lot on lot.account_id = account.member_id and lot.remaining > 0
        where account.merged_into_id is not null
        union all
        select account.member_id, null, debt.id from loyalty_pointsaccount account
        join loyalty_debt debt
            on debt.account_id = account.member_id and debt.repaid < debt.points
        where account.merged_into_id is not null
    """,
    "a bill's number is free again only after its earning was undone": """
        select receipt.id from loyalty_receipt receipt
        where receipt.freed and (receipt.refunded_fen <> receipt.paid_fen or not exists (
            select from loyalty_transfer line
            where line.kind = 'reverse_earn' and line.reverses_id = receipt.transfer_id))
    """,
    "a bill's number is told twice at most": """
        select store_id, receipt_no, count(*) from loyalty_receipt
        group by store_id, receipt_no having count(*) > 2 or count(*) filter (where not freed) > 1
    """,
    "a refund's points are those of its lines": """
        select refund.id, refund.own, refund.other, refund.owed, lines.taken, lines.owed as lines_owed
        from loyalty_refund refund
        cross join lateral (
            select coalesce(sum(points) filter (where source <> 'owed'), 0) as taken,
                coalesce(sum(points) filter (where source = 'owed'), 0) as owed
            from loyalty_transfer line where line.account_id = refund.account_id
                and line.seq between refund.first_seq and refund.last_seq) lines
        where refund.own + refund.other <> lines.taken or refund.owed <> lines.owed
    """,
    "what a refund takes from other lots is drawn for whoever paid for the receipt": """
        select draw.id, draw.redeemer_id, lot.issuer_id, receipt.issuer_id as payer
        from loyalty_refund refund
        join loyalty_receipt receipt on receipt.id = refund.receipt_id
        join loyalty_transfer line on line.account_id = refund.account_id
            and line.seq between refund.first_seq and refund.last_seq
        join loyalty_draw draw on draw.transfer_id = line.id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where draw.redeemer_id <> receipt.issuer_id
    """,
    "every clawback belongs to a refund or a refusal": """
        select line.id from loyalty_transfer line
        where line.kind in ('clawback', 'owe', 'reverse_earn') and not exists (
            select from loyalty_refund refund where refund.account_id = line.account_id
                and line.seq between refund.first_seq and refund.last_seq)
            and not exists (select from loyalty_earningreview review
                where review.state = 'refused' and review.public_id = line.reference
                    and review.returned_points = line.points)
    """,
    "a budget holds what was put in less what its lots cost": """
        select budget.merchant_id, slots.milli_fen as slots, entries.milli_fen as entries,
            lots.milli_fen as lots
        from loyalty_issuebudget budget
        left join (select budget_id, sum(remaining_milli_fen) as milli_fen
                   from loyalty_issuebudgetslot group by budget_id)
            slots on slots.budget_id = budget.merchant_id
        left join (select merchant_id, sum(milli_fen) as milli_fen
                   from loyalty_prefundentry group by merchant_id)
            entries on entries.merchant_id = budget.merchant_id
        left join (select issuer_id, sum(granted * price_milli_fen) as milli_fen
                   from loyalty_lot where budgeted group by issuer_id)
            lots on lots.issuer_id = budget.merchant_id
        where coalesce(slots.milli_fen, 0)
            <> coalesce(entries.milli_fen, 0) - coalesce(lots.milli_fen, 0)
    """,
    "an approved adjustment is its line": """
        select adjustment.id, adjustment.points, line.points as line from loyalty_adjustment adjustment
        left join loyalty_transfer line on line.id = adjustment.transfer_id
        where adjustment.state = 'approved' and (line.points is distinct from abs(adjustment.points)
            or line.reference is distinct from adjustment.public_id)
    """,
    "every adjustment's line was approved": """
        select line.id from loyalty_transfer line
        left join loyalty_adjustment adjustment on adjustment.transfer_id = line.id
        where line.kind in ('adjust_up', 'adjust_down') and adjustment.id is null
    """,
    "an account knows when something falls due in it": """
        select account.member_id, account.next_due, due.instant from loyalty_pointsaccount account
        join (
            select account_id, min(instant) as instant from (
                select account_id, expires_at as instant from loyalty_lot
                    where remaining > 0 and not pending
                union all select account_id, active_from from loyalty_lot
                    where pending and not in_review
                union all select account_id, expires_at from loyalty_hold where state = 'open') each
            group by account_id) due on due.account_id = account.member_id
        where account.next_due is null or account.next_due > due.instant
    """,
    "what left one account by a merge came to another": """
        select sum(case when target = 'merged' then points else -points end) as lost
        from loyalty_transfer where 'merged' in (source, target)
        having sum(case when target = 'merged' then points else -points end) <> 0
    """,
    "no posting comes from this server's future": """
        select id, xid::text from loyalty_transfer
        where xid >= pg_snapshot_xmax(pg_current_snapshot())
            and xid is distinct from pg_current_xact_id_if_assigned()
    """,
    "what nobody spent falls to no merchant": """
        select rules.id, party.kind from loyalty_alliancepolicy rules
        join merchants_merchant party on party.id = rules.breakage_to_id
        where party.kind not in ('alliance', 'fund') or party.kind <> rules.breakage_kind
    """,
    "a budget has the slots it says": """
        select budget.merchant_id, budget.slots, count(part.id) as parts
        from loyalty_issuebudget budget
        left join loyalty_issuebudgetslot part
            on part.budget_id = budget.merchant_id and part.slot < budget.slots
        group by budget.merchant_id
        having count(part.id) <> budget.slots or budget.slots <> (
            select count(*) from loyalty_issuebudgetslot where budget_id = budget.merchant_id)
    """,
    "the rollup is the sum of the lines below its horizon": """
        select coalesce(rollup.merchant_id, lines.merchant_id) as merchant_id,
            coalesce(rollup.kind, lines.kind) as kind, rollup.points, rollup.count,
            lines.points as lines_points, lines.count as lines_count
        from (select coalesce(merchant_id, 0) as merchant_id, kind, points, count
              from loyalty_rollup) rollup
        full join (
            select coalesce(merchant_id, 0) as merchant_id, kind, sum(points) as points,
                count(*) as count
            from loyalty_transfer
            where (xid::text)::bigint < (select xid from loyalty_rolluphorizon)
            group by 1, 2) lines using (merchant_id, kind)
        where rollup.points is distinct from lines.points
            or rollup.count is distinct from lines.count
    """,
    "a member that was merged is closed": """
        select account.member_id, account.merged_into_id from loyalty_pointsaccount account
        join members_member member on member.id = account.member_id
        where account.merged_into_id is not null and member.closed_at is null
    """,
}
