-- Until the end of the transaction nobody changes what merchants' fees are reckoned by; who is just doing so
-- is waited for. Readers are not held up.
create or replace function settlement_lock_terms() returns void language plpgsql as $$
begin
    lock table loyalty_merchantterms in share mode;
end $$;

-- Write down what settlement_compute has just reckoned: lines, charges, fees, what goes back into budgets,
-- and the statements. The cycle's hash comes back.
create or replace function settlement_close(
    p_cycle bigint, p_alliance bigint, p_by bigint, p_at timestamptz
) returns bytea language plpgsql as $$
declare
    v_last bytea;
    v_hash bytea;
begin
    insert into settlement_line (cycle_id, issuer_id, redeemer_id, movements, points,
                                 milli_fen, carry_in, fen, carry_out,
                                 prefunded_milli_fen, prefunded_carry_in, prefunded_fen,
                                 prefunded_carry_out)
        select p_cycle, issuer, redeemer, movements, points,
            milli_fen, carry, (milli_fen + carry) / 1000, (milli_fen + carry) % 1000,
            prefunded_milli_fen, prefunded_carry, (prefunded_milli_fen + prefunded_carry) / 1000,
            (prefunded_milli_fen + prefunded_carry) % 1000
        from settlement_pair_sums
        left join lateral (
            select carry_out, prefunded_carry_out from settlement_line
            where issuer_id = issuer and redeemer_id = redeemer
            order by cycle_id desc limit 1) last on true,
        lateral (select coalesce(last.carry_out, 0) as carry,
                     coalesce(last.prefunded_carry_out, 0) as prefunded_carry) carried
        where issuer <> redeemer
        order by issuer, redeemer;

    insert into settlement_charge (cycle_id, payer_id, payee_id, source, bookings, fen)
        select p_cycle, payer, payee, source, bookings, fen from settlement_charges
        order by payer, payee, source collate "C";

    insert into settlement_fee (cycle_id, merchant_id, milli_fen, parts, carry_in, fen, carry_out)
        select p_cycle, redeemer, milli_fen, parts, carry,
            (parts + carry) / 10000000, (parts + carry) % 10000000
        from (select redeemer, sum(fee_milli_fen)::bigint as milli_fen, sum(fee_parts)::bigint as parts
              from settlement_pair_sums group by redeemer
              having bool_or(fee_parts <> 0 or fee_milli_fen <> 0)) fees
        left join lateral (
            select carry_out from settlement_fee where merchant_id = redeemer
            order by cycle_id desc limit 1) last on true,
        lateral (select coalesce(last.carry_out, 0) as carry) carried
        order by redeemer;

    insert into settlement_release (cycle_id, merchant_id, milli_fen, carry_in,
                                    released_milli_fen, carry_out)
        select p_cycle, issuer, milli_fen, carry, released, milli_fen + carry - released
        from (select issuer, released_milli_fen as milli_fen from settlement_pair_sums
              where issuer = redeemer and released_milli_fen <> 0) freed
        left join lateral (
            select carry_out from settlement_release where merchant_id = issuer
            order by cycle_id desc limit 1) last on true
        left join loyalty_issuebudget budget on budget.merchant_id = issuer,
        lateral (select coalesce(last.carry_out, 0) as carry) carried,
        -- A merchant that no longer prefunds gets it when it does again.
        lateral (select case when budget.merchant_id is null then 0
                     else greatest(milli_fen + carry, 0) end as released) put
        order by issuer;

    with parts as (
        select redeemer_id as merchant, fen as receivable, 0::bigint as payable,
            0::bigint as fees, 0::bigint as kept, 0::bigint as credits, 0::bigint as charges,
            0::bigint as prefunded, 0::bigint as expired
            from settlement_line where cycle_id = p_cycle
        union all select issuer_id, 0, fen, 0, 0, 0, 0, prefunded_fen, 0
            from settlement_line where cycle_id = p_cycle
        union all select merchant_id, 0, 0, fen, 0, 0, 0, 0, 0
            from settlement_fee where cycle_id = p_cycle
        union all select p_alliance, 0, 0, 0, fen, 0, 0, 0, 0
            from settlement_fee where cycle_id = p_cycle
        union all select payee_id, 0, 0, 0, 0, fen, 0, 0, 0
            from settlement_creditnote where cycle_id = p_cycle and state = 'approved'
        union all select payer_id, 0, 0, 0, 0, -fen, 0, 0, 0
            from settlement_creditnote where cycle_id = p_cycle and state = 'approved'
        union all select payee_id, 0, 0, 0, 0, 0, fen, 0, 0
            from settlement_charge where cycle_id = p_cycle
        union all select payer_id, 0, 0, 0, 0, 0, -fen, 0, 0
            from settlement_charge where cycle_id = p_cycle
        union all select issuer, 0, 0, 0, 0, 0, 0, 0, expired_points
            from settlement_pair_sums
    ), sums as (
        select merchant, sum(receivable)::bigint as receivable, sum(payable)::bigint as payable,
            sum(fees)::bigint as fees, sum(kept)::bigint as kept, sum(credits)::bigint as credits,
            sum(charges)::bigint as charges, sum(prefunded)::bigint as prefunded,
            sum(expired)::bigint as expired,
            sum(receivable - payable - fees + kept + credits + charges)::bigint as net
        from parts group by merchant
    )
    insert into settlement_statement (public_id, cycle_id, merchant_id, receivable, payable, fees,
                                      fees_kept, credits, charges, net, prefunded, due,
                                      expired_points, hash)
        select 'stm_' || kernel_public_id(), p_cycle, merchant, receivable, payable, fees, kept,
            credits, charges, net, prefunded, net + prefunded, expired,
            sha256(convert_to(
                settlement_statement_text(p_cycle, merchant) || e'\n' || settlement_totals(
                    receivable, payable, fees, kept, credits, net, prefunded, net + prefunded,
                    expired, charges), 'UTF8'))
        from sums order by merchant;

    select hash into v_last from settlement_cycle
        where number = (select follows from settlement_cycle where id = p_cycle);
    select sha256(coalesce(v_last, '') || convert_to(
               coalesce(string_agg(merchant.public_id || '|' || encode(statement.hash, 'hex'),
                                   e'\n' order by merchant.public_id collate "C"), ''), 'UTF8'))
        into v_hash
        from settlement_statement statement
        join merchants_merchant merchant on merchant.id = statement.merchant_id
        where statement.cycle_id = p_cycle;
    update settlement_cycle set hash = v_hash, state = 'closed', approved_at = p_at,
            approved_by_id = p_by
        where id = p_cycle;
    -- Last, because tills wait for these rows.
    perform loyalty_release_prefund(merchant_id, released_milli_fen, cycle.public_id, 'user:' || p_by, p_at)
        from (select * from settlement_release
              where cycle_id = p_cycle and released_milli_fen > 0 order by merchant_id) release
        join settlement_cycle cycle on cycle.id = release.cycle_id;
    return v_hash;
end $$;
