-- How instants, days and figures are written where somebody else hashes them again
-- (docs/verify_statement.py).
create or replace function settlement_instant(p_at timestamptz) returns text
language sql immutable parallel safe as $$
    select to_char(p_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+08:00'
$$;

-- What a merchant's statement of a cycle is made of, one fact on each line.
create or replace function settlement_statement_text(p_cycle bigint, p_merchant bigint) returns text
language sql stable as $$
    with facts (turn, number, fact) as (
        select 1, 0::bigint, concat_ws('|', 'cycle', cycle.number, settlement_instant(starts_at),
                                       settlement_instant(ends_at), horizon)
            from settlement_cycle cycle where cycle.id = p_cycle
        union all
        select 2, 0, 'merchant|' || public_id from merchants_merchant where id = p_merchant
        union all
        select 3, line.id, concat_ws(
                '|', 'line', issuer.public_id, redeemer.public_id, movements, points, milli_fen,
                carry_in, fen, carry_out, prefunded_milli_fen * own, prefunded_carry_in * own,
                prefunded_fen * own, prefunded_carry_out * own)
            from (select * from settlement_line where cycle_id = p_cycle and issuer_id = p_merchant
                  union all
                  select * from settlement_line where cycle_id = p_cycle and redeemer_id = p_merchant)
                line
            join merchants_merchant issuer on issuer.id = line.issuer_id
            join merchants_merchant redeemer on redeemer.id = line.redeemer_id,
            -- How the other side pays is its own business.
            lateral (select (line.issuer_id = p_merchant)::int as own) side
        union all
        select 4, fee.id, concat_ws('|', 'fee', merchant.public_id, milli_fen, parts, carry_in, fen,
                                    carry_out)
            from settlement_fee fee join merchants_merchant merchant on merchant.id = fee.merchant_id
            where cycle_id = p_cycle and (fee.merchant_id = p_merchant or exists (
                select from merchants_merchant party
                where party.id = p_merchant and party.kind = 'alliance'))
        union all
        select 5, note.id, concat_ws('|', 'credit', note.public_id, payer.public_id,
                                     payee.public_id, fen)
            from settlement_creditnote note
            join merchants_merchant payer on payer.id = note.payer_id
            join merchants_merchant payee on payee.id = note.payee_id
            where cycle_id = p_cycle and note.state = 'approved'
                and p_merchant in (payer_id, payee_id)
        union all
        select 6, charge.id, concat_ws('|', 'charge', payer.public_id, payee.public_id, source,
                                       bookings, fen)
            from (select * from settlement_charge where cycle_id = p_cycle and payer_id = p_merchant
                  union all
                  select * from settlement_charge where cycle_id = p_cycle and payee_id = p_merchant)
                charge
            join merchants_merchant payer on payer.id = charge.payer_id
            join merchants_merchant payee on payee.id = charge.payee_id)
    select string_agg(fact, e'\n' order by turn, number) from facts
$$;

-- What it comes to. Where charges come to nothing they are not named, so that a statement of a time
-- without charges still says what it was hashed with.
create or replace function settlement_totals(
    p_receivable bigint, p_payable bigint, p_fees bigint, p_kept bigint, p_credits bigint,
    p_net bigint, p_prefunded bigint, p_due bigint, p_expired bigint, p_charges bigint
) returns text language sql immutable as $$
    select concat_ws('|', 'total', p_receivable, p_payable, p_fees, p_kept, p_credits, p_net,
                     p_prefunded, p_due, p_expired, nullif(p_charges, 0))
$$;
