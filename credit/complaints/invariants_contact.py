"""What must always hold of drafts, messages, abuse and what stands beside cases; part of `invariants`."""

CONTACT_INVARIANTS = {
    "a draft that was filed is its shopper's case": """
        select draft.public_id, file.public_id as filed from complaints_complaintdraft draft
        join complaints_casefile file on file.id = draft.case_id
        where file.member_id <> draft.member_id or draft.description <> '' or file.kind <> 'complaint'
    """,
    "a shopper keeps no more than five drafts that were not merged": """
        select member_id, count(*) from complaints_complaintdraft
        where case_id is null and slot is not null group by member_id having count(*) > 5
    """,
    "messages go between the sides of an accepted case that the merchant may know": """
        select message.public_id, file.public_id as in_case from complaints_casemessage message
        join complaints_casefile file on file.id = message.case_id
        where file.kind <> 'complaint' or file.anonymity = 2 or file.accepted_at is null
    """,
    "no message has a mobile number in it": """
        select public_id from complaints_casemessage where text ~ '(^|[^0-9])1[3-9][0-9]{9}([^0-9]|$)'
    """,
    "a message that was sent is told to the other side": """
        select message.public_id from complaints_casemessage message
        where message.state = 'sent' and not exists (
            select from complaints_casenotice notice
            where (notice.case_id, notice.key) = (message.case_id, 'message:' || message.public_id)
                and notice.audience = case message.sender when 'shopper' then 'merchant' else 'shopper' end)
    """,
    "only a shopper's notices are marked as read": """
        select reading.id from complaints_casenoticereading reading
        join complaints_casenotice notice on notice.id = reading.notice_id
        where notice.audience <> 'shopper'
    """,
    "a case is closed as abusive by two people who said so beforehand": """
        select event.case_id, event.seq from complaints_caseeventrow event
        where event.action = 'mark_abusive' and not exists (
            select from complaints_abuseproposal proposal
            where proposal.case_id = event.case_id and proposal.state = 'approved'
                and proposal.proposed_by_id = event.by_id
                and proposal.decided_by_id::text = event.payload->'details'->>'second_person')
    """,
    "a label is of a confirmed proposal and of its case's shopper": """
        select label.id, proposal.public_id from complaints_abuselabel label
        join complaints_abuseproposal proposal on proposal.id = label.proposal_id
        join complaints_casefile file on file.id = proposal.case_id
        where proposal.state <> 'approved' or proposal.proposed_by_id = proposal.decided_by_id
            or label.member_id <> file.member_id
    """,
    "a label whose case was taken up after all is lifted": """
        select label.id from complaints_abuselabel label
        join complaints_abuseproposal proposal on proposal.id = label.proposal_id
        where label.lifted_at is null and exists (
            select from complaints_caseeventrow event
            where event.case_id = proposal.case_id and event.at >= label.begins_at
                and (event.action, event.to_state) = ('change', 'awaiting_merchant'))
    """,
    "a case of retaliation is of the same shopper and store": """
        select file.public_id, other.public_id as of_case from complaints_casefile file
        join complaints_casefile other on other.id = file.retaliation_of_id
        where (file.member_id, file.walk_in_id, file.store_id)
                is distinct from (other.member_id, other.walk_in_id, other.store_id)
            or other.accepted_at is null or other.retaliation_of_id is not null
    """,
    "a withdrawal after the merchant was in touch is asked about": """
        select event.case_id, event.seq from complaints_caseeventrow event
        where event.action = 'withdraw'
            and exists (select from complaints_caseeventrow earlier
                where earlier.case_id = event.case_id and earlier.seq < event.seq and earlier.actor = 'merchant')
            and not exists (select from complaints_withdrawalcheck asked
                where (asked.case_id, asked.seq) = (event.case_id, event.seq))
    """,
    "a withdrawal that was asked about is one": """
        select asked.id from complaints_withdrawalcheck asked
        left join complaints_caseeventrow event
            on (event.case_id, event.seq) = (asked.case_id, asked.seq) and event.action = 'withdraw'
        where event.id is null
    """,
    "whoever asked for mediation takes part in it": """
        select event.case_id, event.actor from complaints_caseeventrow event
        where event.action = 'escalate' and not exists (
            select from complaints_mediationconsent consent
            where (consent.case_id, consent.side) = (event.case_id, event.actor))
    """,
    "a case that was handed over has its file": """
        select file.public_id from complaints_casefile file
        where file.state = 'transferred' and not exists (
            select from complaints_casebundle bundle
            where bundle.case_id = file.id and bundle.purpose = 'transfer')
    """,
    "a file of a case ends with an event of it": """
        select bundle.public_id from complaints_casebundle bundle
        left join complaints_caseeventrow event
            on (event.case_id, event.seq, event.hash) = (bundle.case_id, bundle.seq, bundle.head)
        where event.id is null
    """,
    "a public story is of a case that had ended thirty days before": """
        select story.public_id from complaints_casestory story
        join complaints_casefile file on file.id = story.case_id
        where story.published_at is not null
            and (story.revoked_at is not null or story.published_at < story.closed_at + interval '30 days'
                or file.kind <> 'complaint')
    """,
}
