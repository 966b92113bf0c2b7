"""What must always hold of the fund; each query finds the rows that break it."""

INVARIANTS = {
    "the legs of a fund entry come to nothing": """
        select entry.public_id, sum(posting.fen) from compensation_fundentry entry
        left join compensation_fundposting posting on posting.entry_id = entry.id
        group by entry.id having coalesce(sum(posting.fen), 1) <> 0
    """,
    "a balance of the fund is its postings": """
        select account.id, account.balance_fen, coalesce(sum(posting.fen), 0) as posted
        from compensation_fundaccount account
        left join compensation_fundposting posting on posting.account_id = account.id
        group by account.id having account.balance_fen <> coalesce(sum(posting.fen), 0)
    """,
    "the fund never pays more than it holds": """
        select id, kind, balance_fen from compensation_fundaccount
        where kind in ('cash', 'under_way', 'claims', 'surplus', 'losses') and balance_fen < 0
            or kind = 'contributions' and balance_fen > 0
    """,
    "what is under way is what was let go or waits for it": """
        with open_attempts as (
            select coalesce(sum(payment.amount_fen), 0) as fen
            from compensation_paymentattempt attempt
            join compensation_fundpayment payment on payment.id = attempt.payment_id
            where attempt.state in ('proposed', 'sent'))
        select open_attempts.fen, account.balance_fen from open_attempts
        left join compensation_fundaccount account on account.kind = 'under_way'
        where open_attempts.fen <> coalesce(account.balance_fen, 0)
    """,
    "what merchants owe in the books is what its claims say": """
        select account.merchant_id, account.balance_fen, claims.fen
        from (select merchant_id, sum(amount_fen - recovered_fen - lost_fen) as fen
              from compensation_fundclaim group by merchant_id) claims
        full join (select * from compensation_fundaccount where kind = 'claims') account
            on account.merchant_id = claims.merchant_id
        where coalesce(account.balance_fen, 0) <> coalesce(claims.fen, 0)
    """,
    "a payment of the fund is paid by one attempt and claimed once": """
        select payment.public_id, payment.state, count(attempt.id), count(claim.id)
        from compensation_fundpayment payment
        left join compensation_paymentattempt attempt on attempt.payment_id = payment.id
            and attempt.state = 'succeeded' and not attempt.is_surplus
        left join compensation_fundclaim claim on claim.payment_id = payment.id
        group by payment.id
        having count(attempt.id) <> (payment.state = 'paid')::int
            or count(claim.id) <> (payment.state = 'paid')::int
    """,
    "what the fund paid for a case is what its events say": """
        select coalesce(paid.case_id, told.case_id) as case_id, paid.fen, told.fen as told
        from (select case_id, sum(amount_fen) as fen from compensation_fundpayment
              where state = 'paid' group by case_id) paid
        full join (select case_id, sum((payload->'details'->>'paid_fen')::bigint) as fen
                   from complaints_caseeventrow where action = 'pay' group by case_id) told
            on told.case_id = paid.case_id
        where paid.fen is distinct from told.fen
    """,
    "two people let money of the fund go": """
        select public_id, state from compensation_paymentattempt
        where state in ('sent', 'succeeded', 'failed')
            and (decided_by_id is null or decided_by_id = proposed_by_id)
    """,
    "what a claim has in the settlement is its charges": """
        select claim.public_id, claim.charged_fen, coalesce(sum(charge.fen), 0) as charges
        from compensation_fundclaim claim
        left join compensation_claimcharge charge on charge.claim_id = claim.id
        group by claim.id having claim.charged_fen <> coalesce(sum(charge.fen), 0)
    """,
    "a charge of the fund is booked in the settlement": """
        select charge.reference, charge.fen, booking.fen as booked
        from (select charge.*, claim.merchant_id from compensation_claimcharge charge
              join compensation_fundclaim claim on claim.id = charge.claim_id) charge
        full join (select * from settlement_booking where source = 'compensation') booking
            on booking.reference = charge.reference and booking.payer_id = charge.merchant_id
        where charge.fen is distinct from booking.fen
    """,
    "a merchant is in the scheme once at a time": """
        select one.id, other.id as other from compensation_fundmembership one
        join compensation_fundmembership other
            on other.merchant_id = one.merchant_id and other.id > one.id
        where tstzrange(one.joined_at, one.left_at) && tstzrange(other.joined_at, other.left_at)
    """,
    "the fund pays for merchants that were in the scheme": """
        select payment.public_id from compensation_fundpayment payment
        join complaints_casefile file on file.id = payment.case_id
        where not exists (
            select from compensation_fundmembership membership
            where membership.merchant_id = payment.merchant_id
                and membership.joined_at <= file.filed_at
                and (membership.left_at is null or membership.left_at > file.filed_at))
    """,
    "a merchant's credit knows what it owes the fund": """
        select claim.public_id, claim.is_debt, told.is_owed from compensation_fundclaim claim
        left join lateral (
            select is_owed, version from credit_remedydebtversion debt
            where debt.reference = claim.public_id order by version desc limit 1) told on true
        where told.is_owed is distinct from claim.is_debt
            or told.version is distinct from claim.debt_version
    """,
}
