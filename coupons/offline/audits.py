"""What must always hold of redemption without the network: nothing may come back."""

OFFLINE: dict[str, str] = {
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
    "the alliance owes for a conflict what was decided": """
        select conflict.public_id, conflict.fen, booking.reference, booking.fen as booked
        from (select * from offline_redemptionconflict where payer = 'alliance' and fen > 0) conflict
        full join (select * from settlement_booking where source = 'coupon_conflict') booking
            on booking.reference = conflict.public_id
        where (conflict.fen, conflict.merchant_id) is distinct from (booking.fen, booking.payee_id)
    """,
}
