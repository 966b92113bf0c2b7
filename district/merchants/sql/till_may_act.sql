-- Whether a till may act in a store at an instant: its key lives, its merchant is in the alliance and not
-- suspended, the store is one of the key's. For a call that posts for a till which was only remembered; why it
-- may not is told by `till_for`. How long a key lives goes by real time, also in a replay.
create or replace function merchants_till_may_act(
    p_till bigint, p_store bigint, p_at timestamptz, p_real_at timestamptz
) returns boolean language plpgsql stable as $$
begin
    return exists (
        select from merchants_tillkey till
        join merchants_tillkeystore scope on scope.till_key_id = till.id
        join merchants_merchant merchant on merchant.id = till.merchant_id
        where till.id = p_till and scope.store_id = p_store
            and till.revoked_at is null
            and (till.expires_at is null or till.expires_at > p_real_at)
            and merchant.state <> 'suspended'
            and exists (select from merchants_alliancemembership member
                        where member.merchant_id = merchant.id and member.period @> p_at));
end $$;
