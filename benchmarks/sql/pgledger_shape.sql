-- The shape of pgledger, written anew: text ids in order of time, both accounts locked in order and
-- their balances updated inline with a version, and two entries that repeat the balances before and
-- after. Its foreign keys and indexes are kept, since they are part of what such a ledger costs. As in
-- the original there is no idempotency key, no lot and no event.
create table shape_account (
    id text primary key, name text not null, currency text not null,
    balance numeric not null default 0, version bigint not null default 0,
    may_be_negative boolean not null, may_be_positive boolean not null,
    created_at timestamptz not null, updated_at timestamptz not null
);
create table shape_transfer (
    id text primary key,
    source text not null references shape_account (id),
    target text not null references shape_account (id),
    amount numeric not null,
    created_at timestamptz not null, event_at timestamptz not null,
    check (amount > 0 and source <> target)
);
create index on shape_transfer (source);
create index on shape_transfer (target);
create index on shape_transfer (event_at);
create table shape_entry (
    id text primary key,
    account text not null references shape_account (id),
    transfer text not null references shape_transfer (id),
    amount numeric not null,
    balance_before numeric not null, balance_after numeric not null, version bigint not null,
    created_at timestamptz not null
);
create index on shape_entry (account);
create index on shape_entry (transfer);

create function shape_id(prefix text) returns text language sql volatile as $$
    select prefix || '_' || lpad(to_hex((extract(epoch from clock_timestamp()) * 1000000)::bigint), 14, '0')
        || substr(replace(gen_random_uuid()::text, '-', ''), 1, 16)
$$;

create function shape_transfer(p_source text, p_target text, p_amount numeric)
returns text language plpgsql as $$
declare
    v_source shape_account;
    v_target shape_account;
    v_id text := shape_id('trf');
begin
    perform id from shape_account where id in (p_source, p_target) order by id for update;
    update shape_account set balance = balance - p_amount, version = version + 1, updated_at = now()
        where id = p_source returning * into v_source;
    if v_source.balance < 0 and not v_source.may_be_negative then
        raise exception 'account % may not be negative', p_source;
    end if;
    update shape_account set balance = balance + p_amount, version = version + 1, updated_at = now()
        where id = p_target returning * into v_target;
    if v_target.balance > 0 and not v_target.may_be_positive then
        raise exception 'account % may not be positive', p_target;
    end if;
    if v_source.currency <> v_target.currency then
        raise exception 'two currencies';
    end if;
    insert into shape_transfer values (v_id, p_source, p_target, p_amount, now(), now());
    insert into shape_entry values (shape_id('ent'), p_source, v_id, -p_amount,
        v_source.balance + p_amount, v_source.balance, v_source.version, now());
    insert into shape_entry values (shape_id('ent'), p_target, v_id, p_amount,
        v_target.balance - p_amount, v_target.balance, v_target.version, now());
    return v_id;
end $$;

insert into shape_account
    select 'shape_' || i, 'account ' || i, 'points', 0, 0, true, true, now(), now()
    from generate_series(1, {members}) i;
analyze shape_account;
