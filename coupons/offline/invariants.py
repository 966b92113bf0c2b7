"""What must always hold of redemption without the network: nothing may come back."""

INVARIANTS: dict[str, str] = {
    "a terminal's log has no gap and ends where its terminal says": """
        select terminal.id, terminal.last_seq, log.count, log.last
        from offline_terminal terminal
        cross join lateral (
            select count(*), coalesce(max(seq), 0) as last from offline_logentry
            where terminal_id = terminal.id) log
        where terminal.last_seq <> log.count or terminal.last_seq <> log.last
            or terminal.last_seq > 0 and terminal.last_hash <> (
                select hash from offline_logentry
                where terminal_id = terminal.id and seq = terminal.last_seq)
    """,
    "what a terminal did without the network is a redemption of that instant": """
        select entry.id, redemption.id as redemption, redemption.at, entry.scanned_at
        from (select * from offline_logentry where redemption_id is not null) entry
        full join (select * from coupons_redemption where offline) redemption
            on redemption.id = entry.redemption_id
        where redemption.id is null or entry.id is null
            or (redemption.coupon_id, redemption.at)
                is distinct from (entry.coupon_id, entry.scanned_at)
            or redemption.discount_fen > entry.discount_fen
    """,
    "every collision has a conflict, and nothing else has": """
        select entry.id, entry.result, conflict.id as conflict from offline_logentry entry
        left join offline_redemptionconflict conflict on conflict.entry_id = entry.id
        where (entry.result = 'conflict') <> (conflict.id is not null)
    """,
    "within 72 hours the alliance answers for one allowance of a terminal, over all its kits": """
        select conflict.public_id, entry.terminal_id, near.count, near.fen, kit.allowance_count,
            kit.allowance_fen
        from offline_redemptionconflict conflict
        join offline_logentry entry on entry.id = conflict.entry_id and entry.on_allowance
        join offline_kit kit on kit.id = entry.kit_id
        cross join lateral (
            select count(*), coalesce(sum(allowance_fen), 0) as fen from offline_logentry other
            where other.terminal_id = entry.terminal_id and other.seq < entry.seq
                and other.on_allowance
                and other.scanned_at > entry.scanned_at - interval '72 hours'
                and other.scanned_at < entry.scanned_at + interval '72 hours') near
        -- Lines that do not say their pass were decided kit by kit.
        where conflict.payer = 'alliance' and conflict.state = 'decided'
            and entry.pass_made_at is not null
            and (near.count >= kit.allowance_count
                or near.fen + entry.allowance_fen > kit.allowance_fen)
    """,
    "a merchant bears what it took twice itself, by one pass or after another": """
        select conflict.public_id, conflict.merchant_id, entry.coupon_id, entry.pass_made_at
        from offline_redemptionconflict conflict
        join offline_logentry entry on entry.id = conflict.entry_id
        left join coupons_redemption winner on winner.id = conflict.winner_id
        where conflict.payer = 'alliance' and conflict.state = 'decided'
            and entry.pass_made_at is not null
            and (winner.merchant_id = conflict.merchant_id or entry.on_allowance and exists (
                select from offline_logentry other
                join offline_terminal terminal on terminal.id = other.terminal_id
                join merchants_store store on store.id = terminal.store_id
                left join coupons_redemption taken on taken.id = other.redemption_id
                where other.coupon_id = entry.coupon_id and other.id < entry.id
                    and other.pass_made_at = entry.pass_made_at and other.on_allowance
                    and store.merchant_id = conflict.merchant_id and taken.reversed_at is null))
    """,
    "the alliance owes for a conflict what was decided": """
        select conflict.public_id, conflict.fen, booking.reference, booking.fen as booked
        from (select * from offline_redemptionconflict where payer = 'alliance' and fen > 0) conflict
        full join (select * from settlement_booking where source = 'coupon_conflict') booking
            on booking.reference = conflict.public_id
        where (conflict.fen, conflict.merchant_id) is distinct from (booking.fen, booking.payee_id)
    """,
}
