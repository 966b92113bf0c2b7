-- Decide on a receipt whose points wait, exactly once per key; the review's id comes back. Approved, what
-- no refund took meanwhile becomes spendable now (or on the day its terms named, if that is still to
-- come) and lives until `p_expires_at`. Refused, it falls back to its issuer, which costs nobody anything.
-- Of large sums the first approval only says who it was; another person's lets the points go.
create or replace function loyalty_decide_review(
    p_scope text, p_key text, p_terms bytea,
    p_review bigint, p_approve boolean, p_user bigint, p_note text, p_expires_at timestamptz,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, p_review);
    v_review loyalty_earningreview;
    v_receipt loyalty_receipt;
    v_account loyalty_pointsaccount;
    v_transfer bigint;
    v_points bigint;
    v_ready bigint;
begin
    if v_earlier is not null then return v_earlier; end if;

    select receipt.* into strict v_receipt from loyalty_earningreview review
        join loyalty_receipt receipt on receipt.id = review.receipt_id where review.id = p_review;
    v_account := loyalty_lock_surviving_account(v_receipt.account_id, p_at);
    select * into strict v_review from loyalty_earningreview where id = p_review for no key update;
    if v_review.state <> 'waiting' then
        raise exception 'review_decided' using errcode = 'SD409',
            detail = jsonb_build_object('state', v_review.state);
    end if;
    if p_approve and v_review.needs_two then
        if v_review.first_by_id = p_user then
            raise exception 'review_by_same_person' using errcode = 'SD409';
        end if;
        if v_review.first_by_id is null then
            update loyalty_earningreview set first_by_id = p_user, first_at = p_at
                where id = p_review;
            return p_review;
        end if;
    end if;

    select coalesce(sum(remaining), 0),
           coalesce(sum(remaining) filter (where active_from <= p_at), 0)
        into v_points, v_ready from loyalty_lot
        where account_id = v_account.member_id and in_review
            and (transfer_id = v_receipt.transfer_id or origin_id = v_receipt.transfer_id);
    if p_approve then
        update loyalty_lot
            set in_review = false, pending = active_from > p_at, expires_at = p_expires_at
            where account_id = v_account.member_id and in_review
                and (transfer_id = v_receipt.transfer_id or origin_id = v_receipt.transfer_id);
        if v_ready > 0 then
            v_transfer := nextval('loyalty_transfer_id_seq');
            v_account := loyalty_post_line(v_account, v_transfer, p_transfer_id, 'activate', 'pending',
                                      'available', v_ready, null, null, null, '', '', p_actor,
                                      p_at);
            v_account := loyalty_repay(v_account, v_receipt.receipt_no, p_actor, p_at);
            perform kernel_emit('PointsActivated',
                jsonb_build_object('transfer', v_transfer, 'member', v_account.member_id,
                                   'points', v_ready));
        end if;
    elsif v_points > 0 then
        v_transfer := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(v_account, v_transfer, p_transfer_id, 'clawback', 'pending',
                                  'issued', v_points, v_receipt.merchant_id, v_receipt.store_id,
                                  null, v_review.public_id, p_note, p_actor, p_at);
        -- In place, as it is of this receipt alone: nothing else of the account waits in these lots.
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            select v_transfer, transfer_id, issuer_id, remaining from loyalty_lot
            where account_id = v_account.member_id and in_review and remaining > 0
                and (transfer_id = v_receipt.transfer_id or origin_id = v_receipt.transfer_id)
            order by transfer_id;
        update loyalty_lot set in_review = false, pending = false, remaining = 0
            where account_id = v_account.member_id and in_review
                and (transfer_id = v_receipt.transfer_id or origin_id = v_receipt.transfer_id);
        update loyalty_receipt set clawed = clawed + v_points where id = v_receipt.id;
    end if;
    v_account.next_due := loyalty_next_due(v_account.member_id);
    perform loyalty_save_account(v_account);
    update loyalty_earningreview
        set state = case when p_approve then 'approved' else 'refused' end, decided_by_id = p_user,
            decided_at = p_at, note = p_note,
            returned_points = case when p_approve then 0 else v_points end
        where id = p_review;
    perform kernel_emit('EarningReviewed', jsonb_build_object(
        'review', p_review, 'receipt', v_receipt.id, 'member', v_account.member_id,
        'merchant', v_receipt.merchant_id, 'points', v_points, 'approved', p_approve));
    return p_review;
end $$;
