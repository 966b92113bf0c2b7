-- Post an approved adjustment, once: points added as a lot of the merchant that pays for them, or
-- taken from the oldest lots for the merchant that is paid. The transfer's id comes back.
create or replace function loyalty_adjust(
    p_member bigint, p_merchant bigint, p_points bigint,
    p_price_milli_fen bigint, p_expires_at timestamptz,
    p_reference text, p_reason text, p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_account loyalty_pointsaccount := loyalty_lock_surviving_account(p_member, p_at);
    v_transfer bigint := nextval('loyalty_transfer_id_seq');
begin
    if v_account.available + p_points < 0 then
        raise exception 'insufficient_points' using errcode = 'SD409', detail =
            jsonb_build_object('asked', -p_points, 'balance', v_account.available);
    end if;
    v_account := loyalty_post_line(
        v_account, v_transfer, p_transfer_id,
        case when p_points > 0 then 'adjust_up' else 'adjust_down' end,
        case when p_points > 0 then 'issued' else 'available' end,
        case when p_points > 0 then 'available' else 'issued' end,
        abs(p_points), p_merchant, null, null, p_reference, p_reason, p_actor, p_at);
    if p_points > 0 then
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at)
            values (v_account.member_id, p_merchant, v_transfer, p_points, p_points,
                    p_price_milli_fen, p_at, p_expires_at);
        v_account.next_due := least(v_account.next_due, p_expires_at);
        v_account := loyalty_repay(v_account, p_reference, p_actor, p_at);
    else
        perform loyalty_draw_lots(v_transfer, v_account.member_id, -p_points, p_merchant);
    end if;
    perform loyalty_save_account(v_account);
    perform kernel_emit('PointsAdjusted', jsonb_build_object(
        'transfer', v_transfer, 'member', v_account.member_id, 'points', p_points));
    return v_transfer;
end $$;
