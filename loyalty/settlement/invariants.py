"""What must always hold of the settlement: nothing may come back. They share no code with the closing."""

INVARIANTS: dict[str, str] = {
    "a closed cycle's lines are its draws less restores at the lots' prices": """
        with cycles as (
            select cycle.id, cycle.horizon::text::xid8 as horizon, cycle.ends_at,
                coalesce(last.horizon, 0)::text::xid8 as last_horizon,
                coalesce(last.ends_at, '-infinity') as last_ends_at
            from settlement_cycle cycle
            left join settlement_cycle last on last.number = cycle.number - 1
            where cycle.state = 'closed'),
        moved as (
            select transfer.xid, transfer.at, lot.issuer_id, draw.redeemer_id, draw.points,
                draw.points * lot.price_milli_fen as milli_fen
            from loyalty_draw draw
            join loyalty_transfer transfer on transfer.id = draw.transfer_id
            join loyalty_lot lot on lot.transfer_id = draw.lot_id
            where lot.issuer_id <> draw.redeemer_id
            union all
            select transfer.xid, transfer.at, lot.issuer_id, draw.redeemer_id, -restore.points,
                -restore.points * lot.price_milli_fen
            from loyalty_restore restore
            join loyalty_draw draw on draw.id = restore.draw_id
            join loyalty_transfer transfer on transfer.id = restore.transfer_id
            join loyalty_lot lot on lot.transfer_id = draw.lot_id
            where lot.issuer_id <> draw.redeemer_id),
        due as (
            select cycles.id as cycle_id, issuer_id, redeemer_id, count(*) as movements,
                sum(points) as points, sum(milli_fen) as milli_fen
            from cycles join moved on moved.xid < cycles.horizon and moved.at < cycles.ends_at
                and (moved.xid >= cycles.last_horizon or moved.at >= cycles.last_ends_at)
            group by cycles.id, issuer_id, redeemer_id)
        select cycle_id, issuer_id, redeemer_id, line.points, due.points as due_points,
            line.milli_fen, due.milli_fen as due_milli_fen
        from settlement_line line full join due using (cycle_id, issuer_id, redeemer_id)
        where (line.movements, line.points, line.milli_fen)
            is distinct from (due.movements, due.points, due.milli_fen)
    """,
    "a closed cycle's charges are its bookings": """
        with cycles as (
            select cycle.id, cycle.horizon::text::xid8 as horizon, cycle.ends_at,
                coalesce(last.horizon, 0)::text::xid8 as last_horizon,
                coalesce(last.ends_at, '-infinity') as last_ends_at
            from settlement_cycle cycle
            left join settlement_cycle last on last.number = cycle.number - 1
            where cycle.state = 'closed'),
        due as (
            select cycles.id as cycle_id, payer_id, payee_id, source, count(*) as bookings,
                sum(fen) as fen
            from cycles join settlement_booking booking
                on booking.xid < cycles.horizon and booking.at < cycles.ends_at
                and (booking.xid >= cycles.last_horizon or booking.at >= cycles.last_ends_at)
            group by cycles.id, payer_id, payee_id, source)
        select cycle_id, payer_id, payee_id, source, charge.bookings, due.bookings as due_bookings,
            charge.fen, due.fen as due_fen
        from settlement_charge charge full join due using (cycle_id, payer_id, payee_id, source)
        where (charge.bookings, charge.fen) is distinct from (due.bookings, due.fen)
    """,
    "bookings are between merchants there are, and none comes from this server's future": """
        select booking.id, payer_id, payee_id, xid::text from settlement_booking booking
        left join merchants_merchant payer on payer.id = payer_id
        left join merchants_merchant payee on payee.id = payee_id
        where payer.id is null or payee.id is null
            or (xid >= pg_snapshot_xmax(pg_current_snapshot())
                and xid is distinct from pg_current_xact_id_if_assigned())
    """,
    "whole fen and what is carried are the draws at their prices, over all cycles": """
        select issuer_id, redeemer_id, sum(milli_fen) as milli_fen, sum(fen) as fen
        from settlement_line group by issuer_id, redeemer_id
        having sum(milli_fen) <> sum(fen) * 1000 + (array_agg(carry_out order by cycle_id desc))[1]
            or sum(prefunded_milli_fen) <> sum(prefunded_fen) * 1000
                + (array_agg(prefunded_carry_out order by cycle_id desc))[1]
    """,
    "a line carries on what the pair's last line left over": """
        select id, carry_in, last_out from (
            select id, carry_in, prefunded_carry_in,
                coalesce(lag(carry_out) over pair, 0) as last_out,
                coalesce(lag(prefunded_carry_out) over pair, 0) as last_prefunded_out
            from settlement_line window pair as (partition by issuer_id, redeemer_id order by cycle_id))
            lines
        where carry_in <> last_out or prefunded_carry_in <> last_prefunded_out
    """,
    "a fee carries on what the merchant's last fee left over": """
        select id, carry_in, last_out from (
            select id, carry_in, coalesce(lag(carry_out) over (
                partition by merchant_id order by cycle_id), 0) as last_out from settlement_fee) fees
        where carry_in <> last_out
    """,
    "a fee is the terms' share of what was received for accepted points": """
        with accepted as (
            select transfer.xid, transfer.at, transfer.at as paid_at, transfer.kind,
                lot.issuer_id, draw.redeemer_id, draw.points * lot.price_milli_fen as milli_fen
            from loyalty_draw draw
            join loyalty_transfer transfer on transfer.id = draw.transfer_id
            join loyalty_lot lot on lot.transfer_id = draw.lot_id
            union all
            select given.xid, given.at, transfer.at, transfer.kind,
                lot.issuer_id, draw.redeemer_id, -restore.points * lot.price_milli_fen
            from loyalty_restore restore
            join loyalty_transfer given on given.id = restore.transfer_id
            join loyalty_draw draw on draw.id = restore.draw_id
            join loyalty_transfer transfer on transfer.id = draw.transfer_id
            join loyalty_lot lot on lot.transfer_id = draw.lot_id),
        due as (
            select redeemer_id as merchant_id, sum(milli_fen * redeem_fee_bp) as parts
            from accepted
            join loyalty_merchantterms terms
                on terms.merchant_id = redeemer_id and terms.valid @> accepted.paid_at
            where kind in ('spend', 'capture') and issuer_id <> redeemer_id and redeem_fee_bp > 0
                and exists (select from settlement_cycle cycle
                    where cycle.state = 'closed' and xid < cycle.horizon::text::xid8
                        and accepted.at < cycle.ends_at)
            group by redeemer_id)
        select merchant_id, fees.parts, due.parts as due
        from (select merchant_id, sum(parts) as parts from settlement_fee group by merchant_id) fees
        full join due using (merchant_id) where coalesce(fees.parts, 0) <> coalesce(due.parts, 0)
    """,
    "the nets of a cycle come to nothing": """
        select cycle_id, sum(net) as net from settlement_statement
        group by cycle_id having sum(net) <> 0
    """,
    "a statement is what its lines, fees, credit notes and charges come to": """
        with alliance as (select id from merchants_merchant where kind = 'alliance'),
        parts as (
            select cycle_id, redeemer_id as merchant_id, fen as receivable, 0 as payable, 0 as fees,
                0 as kept, 0 as credits, 0 as prefunded, 0 as charges from settlement_line
            union all select cycle_id, issuer_id, 0, fen, 0, 0, 0, prefunded_fen, 0
                from settlement_line
            union all select cycle_id, merchant_id, 0, 0, fen, 0, 0, 0, 0 from settlement_fee
            union all select cycle_id, alliance.id, 0, 0, 0, fen, 0, 0, 0
                from settlement_fee, alliance
            union all select cycle_id, payee_id, 0, 0, 0, 0, fen, 0, 0 from settlement_creditnote
                where state = 'approved' and cycle_id is not null
            union all select cycle_id, payer_id, 0, 0, 0, 0, -fen, 0, 0 from settlement_creditnote
                where state = 'approved' and cycle_id is not null
            union all select cycle_id, payee_id, 0, 0, 0, 0, 0, 0, fen from settlement_charge
            union all select cycle_id, payer_id, 0, 0, 0, 0, 0, 0, -fen from settlement_charge),
        sums as (
            select cycle_id, merchant_id, sum(receivable) as receivable, sum(payable) as payable,
                sum(fees) as fees, sum(kept) as kept, sum(credits) as credits,
                sum(prefunded) as prefunded, sum(charges) as charges
            from parts join settlement_cycle cycle on cycle.id = cycle_id and cycle.state = 'closed'
            group by cycle_id, merchant_id)
        select cycle_id, merchant_id, statement.receivable, sums.receivable as due_receivable,
            statement.charges, sums.charges as due_charges
        from settlement_statement statement full join sums using (cycle_id, merchant_id)
        where (coalesce(statement.receivable, 0), coalesce(statement.payable, 0),
               coalesce(statement.fees, 0), coalesce(statement.fees_kept, 0),
               coalesce(statement.credits, 0), coalesce(statement.prefunded, 0),
               coalesce(statement.charges, 0))
            <> (coalesce(sums.receivable, 0), coalesce(sums.payable, 0), coalesce(sums.fees, 0),
                coalesce(sums.kept, 0), coalesce(sums.credits, 0), coalesce(sums.prefunded, 0),
                coalesce(sums.charges, 0))
            or (statement.id is null and sums.merchant_id is not null)
    """,
    "cycles and their horizons ascend": """
        select number, horizon from (
            select number, starts_at, horizon, lag(horizon) over cycles as last_horizon,
                lag(ends_at) over cycles as last_ends_at, lag(state) over cycles as last_state
            from settlement_cycle window cycles as (order by number)) cycles
        where last_state is not null and (last_state <> 'closed' or starts_at <> last_ends_at
            or horizon < last_horizon)
    """,
    "what a cycle releases is in the budget's entries once": """
        select release.id, release.released_milli_fen, entry.milli_fen
        from settlement_release release
        join settlement_cycle cycle on cycle.id = release.cycle_id
        full join (select * from loyalty_prefundentry where kind = 'release') entry
            on entry.merchant_id = release.merchant_id and entry.reference = cycle.public_id
        where coalesce(release.released_milli_fen, 0) <> coalesce(entry.milli_fen, 0)
    """,
    "a release carries on what the merchant's last release left over": """
        select id, carry_in, last_out from (
            select id, carry_in, coalesce(lag(carry_out) over (
                partition by merchant_id order by cycle_id), 0) as last_out
            from settlement_release) releases
        where carry_in <> last_out
    """,
    "payments of a statement follow each other, up to what is due": """
        select id, nth, before, expected from (
            select payment.*, abs(statement.due) as owed,
                sign(statement.due) <> case payment.direction
                    when 'to_merchant' then 1 else -1 end as wrong_way,
                statement.merchant_id as payee,
                coalesce(lag(payment.after) over chain, 0) as expected,
                row_number() over chain as place
            from settlement_statementpayment payment
            join settlement_statement statement on statement.id = payment.statement_id
            window chain as (partition by payment.statement_id order by payment.nth)) payments
        where before <> expected or nth <> place or due <> owed or wrong_way or merchant_id <> payee
    """,
    "a payment is taken back by its own amount": """
        select payment.id from settlement_statementpayment payment
        join settlement_statementpayment origin on origin.id = payment.reverses_id
        where payment.fen <> -origin.fen or payment.statement_id <> origin.statement_id
    """,
    "an approved credit note is settled in a later cycle than it corrects": """
        select note.id from settlement_creditnote note
        join settlement_cycle corrected on corrected.id = note.corrects_id
        left join settlement_cycle cycle on cycle.id = note.cycle_id
        where corrected.state <> 'closed' or cycle.number <= corrected.number
            or (cycle.state = 'open') or (note.cycle_id is not null and note.state <> 'approved')
    """,
    "a dispute is a party's": """
        select dispute.id from settlement_dispute dispute
        left join settlement_line line on line.id = dispute.line_id
        where line.id is null or dispute.merchant_id not in (line.issuer_id, line.redeemer_id)
    """,
    "lines and charges belong to a closed cycle": """
        select 'line' as kind, line.id from settlement_line line
        left join settlement_cycle cycle on cycle.id = line.cycle_id
        where cycle.state is distinct from 'closed'
        union all
        select 'charge', charge.id from settlement_charge charge
        left join settlement_cycle cycle on cycle.id = charge.cycle_id
        where cycle.state is distinct from 'closed'
    """,
    "seals are a chain without a missing day": """
        select day, last_day from (
            select day, previous, horizon, hash, root, leaves,
                lag(day) over days as last_day, lag(hash) over days as last_hash,
                lag(horizon) over days as last_horizon
            from settlement_journalseal window days as (order by day)) seals
        where hash <> sha256(convert_to(concat_ws('|', 'seal', day, horizon, leaves,
                  encode(root, 'hex'), encode(previous, 'hex')), 'UTF8'))
            or (last_day is null and previous <> decode(repeat('00', 32), 'hex'))
            or (last_day is not null and (day <> last_day + 1 or previous <> last_hash
                or horizon < last_horizon))
    """,
    "the last month's seals are the roots of what the journal holds": """
        with seals as (
            select *, coalesce(lag(horizon) over days, 0) as last_horizon,
                coalesce(lag(ends_at) over days, '-infinity') as last_ends_at
            from settlement_journalseal window days as (order by day))
        select day, seals.leaves, found.leaves as found from seals
        cross join lateral settlement_root(horizon::text::xid8, ends_at,
                                           last_horizon::text::xid8, last_ends_at) found
        where day > (select max(day) - 31 from settlement_journalseal)
            and (seals.leaves <> found.leaves or seals.root <> found.root)
    """,
}
