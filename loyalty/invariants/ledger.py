"""What must always hold of accounts, lines, lots and draws: nothing may come back."""

LEDGER: dict[str, str] = {
    "what an account holds is what its lots hold": """
        select account.member_id, account.available, account.pending, lots.available as lots_available,
            lots.pending as lots_pending
        from loyalty_pointsaccount account
        left join (
            select account_id, sum(remaining) filter (where not pending) as available,
                sum(remaining) filter (where pending) as pending
            from loyalty_lot where remaining > 0 group by account_id) lots
            on lots.account_id = account.member_id
        where account.available <> coalesce(lots.available, 0)
            or account.pending <> coalesce(lots.pending, 0)
    """,
    "a lot holds what was granted less draws and open holds plus restores": """
        with drawn as (select lot_id, sum(points) as points from loyalty_draw group by lot_id),
        restored as (
            select draw.lot_id, sum(restore.points) as points
            from loyalty_restore restore join loyalty_draw draw on draw.id = restore.draw_id
            group by draw.lot_id),
        held as (
            select part.lot_id, sum(part.points) as points
            from loyalty_holdpart part join loyalty_hold hold on hold.id = part.hold_id
            where hold.state = 'open' group by part.lot_id)
        select lot.transfer_id, lot.granted, lot.remaining, drawn.points as drawn,
            restored.points as restored, held.points as held
        from loyalty_lot lot
        left join drawn on drawn.lot_id = lot.transfer_id
        left join restored on restored.lot_id = lot.transfer_id
        left join held on held.lot_id = lot.transfer_id
        where lot.remaining <> lot.granted - coalesce(drawn.points, 0)
            - coalesce(held.points, 0) + coalesce(restored.points, 0)
    """,
    "a draw is given back at most once over, piece behind piece": """
        select draw.id, draw.points, restore.before, restore.expected from loyalty_draw draw
        join (select draw_id, drawn, before, points,
                  coalesce(sum(points) over (partition by draw_id order by id
                      rows between unbounded preceding and 1 preceding), 0) as expected
              from loyalty_restore) restore on restore.draw_id = draw.id
        where restore.before <> restore.expected or restore.drawn <> draw.points
            or restore.expected + restore.points > draw.points
    """,
    "a statement has no gaps": """
        select account.member_id, account.seq, count(transfer.id) as lines, max(transfer.seq) as last
        from loyalty_pointsaccount account
        left join loyalty_transfer transfer on transfer.account_id = account.member_id
        group by account.member_id
        having account.seq <> count(transfer.id) or account.seq <> coalesce(max(transfer.seq), 0)
    """,
    "each line's balance follows from the line before": """
        select id, account_id, seq, available_after, expected from (
            select id, account_id, seq, available_after,
                coalesce(lag(available_after) over line, 0)
                + case 'available' when target then points when source then -points else 0 end
                    as expected
            from loyalty_transfer window line as (partition by account_id order by seq)) lines
        where available_after <> expected
    """,
    "the last line's balance is the account's": """
        select account.member_id, account.available, transfer.available_after
        from loyalty_pointsaccount account
        join loyalty_transfer transfer
            on transfer.account_id = account.member_id and transfer.seq = account.seq
        where account.available <> transfer.available_after
    """,
    "every pocket of an account is the sum of its lines": """
        select account.member_id, account.held, account.pending, account.debt, lines.*
        from loyalty_pointsaccount account
        left join (
            select account_id,
                sum(case 'available' when target then points when source then -points else 0 end) as l_available,
                sum(case 'held' when target then points when source then -points else 0 end) as l_held,
                sum(case 'pending' when target then points when source then -points else 0 end) as l_pending,
                sum(case 'owed' when source then points when target then -points else 0 end) as l_debt
            from loyalty_transfer group by account_id) lines on lines.account_id = account.member_id
        where account.available <> coalesce(l_available, 0) or account.held <> coalesce(l_held, 0)
            or account.pending <> coalesce(l_pending, 0) or account.debt <> coalesce(l_debt, 0)
    """,
    "a transfer that uses points up draws as many from lots": """
        select transfer.id, transfer.kind, transfer.points, drawn.points as drawn
        from loyalty_transfer transfer
        left join (select transfer_id, sum(points) as points from loyalty_draw group by transfer_id)
            drawn on drawn.transfer_id = transfer.id
        where case when transfer.kind in ('spend', 'capture', 'grace', 'expire', 'clawback', 'repay',
                                          'adjust_down')
                or (transfer.kind in ('merge_out', 'reverse_earn')
                    and transfer.source in ('available', 'pending'))
            then transfer.points <> coalesce(drawn.points, 0)
            else drawn.points is not null end
    """,
    "a transfer that gives points fills a lot or restores as many": """
        select transfer.id, transfer.kind, transfer.points, lot.granted, restored.points as restored
        from loyalty_transfer transfer
        left join loyalty_lot lot on lot.transfer_id = transfer.id
        left join (select transfer_id, sum(points) as points from loyalty_restore group by transfer_id)
            restored on restored.transfer_id = transfer.id
        where case when transfer.kind in ('earn', 'grace', 'adjust_up')
                or (transfer.kind = 'merge_in' and transfer.target in ('available', 'pending'))
            then transfer.points is distinct from lot.granted else lot.granted is not null end
            or case when transfer.kind in ('reverse_spend', 'return_spend')
            then transfer.points is distinct from restored.points
            else restored.points is not null end
    """,
    "what lies below a transfer belongs to its account": """
        select transfer.id, transfer.account_id, lot.account_id as lot_account
        from loyalty_transfer transfer
        join loyalty_draw draw on draw.transfer_id = transfer.id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where lot.account_id <> transfer.account_id
        union all
        select transfer.id, transfer.account_id, lot.account_id
        from loyalty_transfer transfer join loyalty_lot lot on lot.transfer_id = transfer.id
        where lot.account_id <> transfer.account_id
        union all
        select hold.placing_transfer_id, hold.account_id, lot.account_id from loyalty_hold hold
        join loyalty_holdpart part on part.hold_id = hold.id
        join loyalty_lot lot on lot.transfer_id = part.lot_id
        where lot.account_id <> hold.account_id
    """,
    "points are drawn for the merchant that accepted them": """
        select draw.id, transfer.kind, draw.redeemer_id, transfer.merchant_id, lot.issuer_id
        from loyalty_draw draw
        join loyalty_transfer transfer on transfer.id = draw.transfer_id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where case
            when transfer.kind in ('spend', 'capture', 'repay', 'adjust_down')
                then draw.redeemer_id <> transfer.merchant_id
            when transfer.kind in ('grace', 'merge_out') then draw.redeemer_id <> lot.issuer_id
            when transfer.kind = 'expire' then draw.redeemer_id <> coalesce(
                (select breakage_to_id from loyalty_alliancepolicy where valid @> transfer.at),
                lot.issuer_id)
            else false end
    """,
    "a lot was issued by the merchant that granted it, or by the alliance for it": """
        select lot.transfer_id, lot.issuer_id, transfer.merchant_id, transfer.kind
        from loyalty_lot lot
        join loyalty_transfer transfer on transfer.id = lot.transfer_id
        join merchants_merchant issuer on issuer.id = lot.issuer_id
        where transfer.kind in ('earn', 'adjust_up') and lot.issuer_id <> transfer.merchant_id
            and (transfer.kind <> 'earn' or issuer.kind <> 'alliance')
    """,
    "a lot that goes on with another's points keeps its issuer and price": """
        select lot.transfer_id, lot.origin_id from loyalty_lot lot
        join loyalty_transfer transfer on transfer.id = lot.transfer_id
        left join loyalty_lot origin on origin.transfer_id = lot.origin_id
        where (lot.origin_id is not null) <> (transfer.kind in ('grace', 'merge_in'))
            or (lot.origin_id is not null and (origin.transfer_id is null
                or origin.issuer_id <> lot.issuer_id
                or origin.price_milli_fen <> lot.price_milli_fen))
    """,
    "a receipt's grant is its transfer's": """
        select receipt.id, receipt.granted, transfer.points from loyalty_receipt receipt
        left join loyalty_transfer transfer on transfer.id = receipt.transfer_id
        left join loyalty_lot lot on lot.transfer_id = receipt.transfer_id
        where receipt.granted <> coalesce(transfer.points, 0)
            or transfer.account_id <> receipt.account_id
            or transfer.merchant_id <> receipt.merchant_id
            or transfer.kind <> 'earn' or lot.issuer_id <> receipt.issuer_id
            or receipt.granted <> receipt.paid_fen * receipt.rate_points / receipt.rate_per_fen
    """,
    "every earning has its receipt": """
        select transfer.id from loyalty_transfer transfer
        left join loyalty_receipt receipt on receipt.transfer_id = transfer.id
        where transfer.kind = 'earn' and receipt.id is null
    """,
    "a reversal mirrors its origin": """
        select reversal.id from loyalty_transfer reversal
        left join loyalty_transfer origin on origin.id = reversal.reverses_id
        where reversal.kind in ('reverse_spend', 'return_spend') and (origin.id is null
            or origin.kind not in ('spend', 'capture') or reversal.points > origin.points
            or (reversal.kind = 'reverse_spend' and reversal.points <> origin.points)
            or reversal.account_id <> origin.account_id
            or reversal.merchant_id <> origin.merchant_id or reversal.id < origin.id)
            or reversal.kind = 'reverse_earn' and (origin.id is null or origin.kind <> 'earn'
            or reversal.merchant_id <> origin.merchant_id or reversal.id < origin.id)
    """,
    "issued = used + expired + live - owed over the whole district": """
        select issued, taken, live from
            (select coalesce(sum(case when source = 'issued' then points
                                      when target = 'issued' then -points else 0 end), 0) as issued
             from loyalty_transfer) given,
            (select coalesce(sum(case when target in ('accepted', 'expired') then points
                                      when source = 'accepted' then -points else 0 end), 0) as taken
             from loyalty_transfer) moved,
            (select coalesce(sum(available + held + pending - debt), 0) as live
             from loyalty_pointsaccount) accounts
        where issued - taken <> live
    """,
    "merchants and stores of the ledger exist and belong together": """
        select 'transfer' as kind, transfer.id from loyalty_transfer transfer
        left join merchants_store store on store.id = transfer.store_id
        where transfer.store_id is not null and store.merchant_id is distinct from transfer.merchant_id
        union all
        select 'receipt', receipt.id from loyalty_receipt receipt
        left join merchants_store store on store.id = receipt.store_id
        where store.merchant_id is distinct from receipt.merchant_id
        union all
        select 'terms', receipt.id from loyalty_receipt receipt
        left join loyalty_merchantterms terms on terms.id = receipt.terms_id
        where terms.merchant_id is distinct from receipt.merchant_id
        union all
        select 'draw', draw.id from loyalty_draw draw
        left join merchants_merchant merchant on merchant.id = draw.redeemer_id
        where merchant.id is null
    """,
}
