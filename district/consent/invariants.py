"""What must always hold of consent; each query finds the rows that break it."""

INVARIANTS = {
    "a current consent is what the newest event of its switch says": """
        select current.id from consent_currentconsent current
        join consent_consentevent event on event.id = current.event_id
        where (event.subject_id, event.purpose_id, event.channel)
                <> (current.subject_id, current.purpose_id, current.channel)
            or event.merchant_id is distinct from current.merchant_id
            or current.state <> case event.action when 'deny' then 'denied'
                when 'withdraw' then 'withdrawn' when 'expire' then 'expired' else 'granted' end
            or (current.state = 'granted' and current.notice_id is distinct from event.notice_id)
            or exists (
                select from consent_consentevent later
                where later.subject_id = event.subject_id and later.purpose_id = event.purpose_id
                    and later.channel = event.channel
                    and later.merchant_id is not distinct from event.merchant_id
                    and later.sequence > event.sequence
            )
    """,
    "every switch with an event has a current consent": """
        select event.id from consent_consentevent event
        where not exists (
            select from consent_currentconsent current
            where current.subject_id = event.subject_id and current.purpose_id = event.purpose_id
                and current.channel = event.channel
                and current.merchant_id is not distinct from event.merchant_id
        )
    """,
    "a chain of consent has no gap and ends at its head": """
        select subject.id from consent_consentsubject subject
        left join lateral (
            select count(*) as events, coalesce(max(sequence), 0) as last
            from consent_consentevent where subject_id = subject.id
        ) chain on true
        left join consent_consentevent head
            on head.subject_id = subject.id and head.sequence = subject.event_count
        where chain.events <> subject.event_count or chain.last <> subject.event_count
            or (head.id is not null and head.hash <> subject.head_hash)
    """,
    "an event of consent has the hash of the one before it": """
        select event.id from consent_consentevent event
        join consent_consentevent earlier
            on earlier.subject_id = event.subject_id and earlier.sequence = event.sequence - 1
        where event.prev_hash <> earlier.hash
    """,
    "a yes is to a text of its purpose, released and served before": """
        select event.id from consent_consentevent event
        join consent_noticeserved served on served.id = event.served_id
        join consent_noticeversion notice on notice.id = event.notice_id
        where served.at > event.at or notice.effective_from > served.at
            or notice.state <> 'approved'
            or (notice.purpose_id, notice.channel) <> (event.purpose_id, event.channel)
    """,
    "a switch names a merchant and a channel as its purpose does": """
        select event.id from consent_consentevent event
        join consent_purpose purpose on purpose.id = event.purpose_id
        where purpose.is_per_merchant <> (event.merchant_id is not null)
            or purpose.has_channels <> (event.channel <> 'none')
    """,
}
