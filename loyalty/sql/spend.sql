-- Draw points from a member's oldest lots for one merchant, exactly once per key and once per
-- merchant and request number. Back come the transfer's number and the balance after it, so that nobody
-- need read what was just written; of what an earlier call of the same key wrote (`repeated`), only its
-- number: a hold's where the same key asked for points that the member has to confirm, see hold.sql; the
-- key's kind says so.
create or replace function loyalty_spend(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint, p_request_no text, p_points bigint,
    p_transfer_id text, p_actor text, p_at timestamptz,
    out repeated boolean, out result bigint, out available bigint
) language plpgsql as $$
#variable_conflict use_column
declare
    v_transfer bigint := nextval('loyalty_transfer_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_transfer);
    v_account loyalty_pointsaccount;
begin
    repeated := v_earlier is not null;
    result := coalesce(v_earlier, v_transfer);
    if repeated then return; end if;

    v_account := loyalty_change_balance(p_member, -p_points, 0, 0, null, p_at);
    perform loyalty_require_spendable(v_account, p_member, p_points);
    insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, reference, actor, at)
        values (v_transfer, p_transfer_id, 'spend', p_member, v_account.seq, 'available', 'accepted',
                p_points, v_account.available, p_merchant, p_store, p_request_no, p_actor, p_at);
    perform loyalty_draw_lots(v_transfer, p_member, p_points, p_merchant);
    perform kernel_emit('PointsSpent', jsonb_build_object(
        'transfer', v_transfer, 'member', p_member, 'merchant', p_merchant,
        'store', p_store, 'points', p_points));
    available := v_account.available;
end $$;

-- Refuse what loyalty_change_balance could not do, and any spending of a frozen account.
create or replace function loyalty_require_spendable(
    p_account loyalty_pointsaccount, p_member bigint, p_points bigint
) returns void language plpgsql as $$
begin
    if p_account.member_id is null then
        raise exception 'insufficient_points' using errcode = 'SD409',
            detail = jsonb_build_object('asked', p_points, 'balance', coalesce(
                (select available from loyalty_pointsaccount where member_id = p_member), 0));
    end if;
    if p_account.frozen_at is not null then
        raise exception 'account_frozen' using errcode = 'SD409';
    end if;
end $$;
