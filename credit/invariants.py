"""What must always hold of a merchant's standing; each query finds the rows that break it."""

INVARIANTS = {
    "a store has one live credit code": """
        select store_id, count(*) from credit_creditcode where state = 'live'
        group by store_id having count(*) > 1
    """,
    "an objection is about a fact of its merchant": """
        with objection as (
            select 'correction' as kind, id, merchant_id, inspection_id, record_id, rating_id
            from credit_factcorrection
            union all
            select 'statement', id, merchant_id, inspection_id, record_id, rating_id
            from credit_merchantstatement)
        select objection.kind, objection.id from objection
        left join credit_inspection inspection on inspection.id = objection.inspection_id
        left join credit_creditrecord record on record.id = objection.record_id
        left join credit_rating rating on rating.id = objection.rating_id
        where coalesce(inspection.merchant_id, record.merchant_id, rating.merchant_id,
                       objection.merchant_id) <> objection.merchant_id
    """,
    "a record that was recorded says something": """
        select record.public_id from credit_creditrecord record
        left join credit_recordversion version on version.record_id = record.id
        group by record.id having count(version.id) = 0
            or max(version.number) <> count(version.id)
    """,
    "a charter record and its repair were decided by two people": """
        select record.public_id from credit_creditrecord record
        where record.source = 'charter' and (
            not exists (
                select from credit_charterrecordproposal proposal
                where proposal.record_id = record.id and proposal.state = 'approved'
                    and proposal.decided_by_id <> proposal.proposed_by_id)
            or exists (
                select from credit_recordversion version
                where version.record_id = record.id and version.state = 'repaired')
            and not exists (
                select from credit_recordrepair repair
                where repair.record_id = record.id and repair.state = 'approved'
                    and repair.decided_by_id <> repair.proposed_by_id))
    """,
    "a rating is of a purchase of its shopper at its store": """
        select rating.public_id from credit_rating rating
        join loyalty_receipt receipt on receipt.id = rating.receipt_id
        where receipt.store_id <> rating.store_id or receipt.merchant_id <> rating.merchant_id
    """,
    "a snapshot follows one of an earlier day of its merchant": """
        select snapshot.id, earlier.id as earlier from credit_creditsnapshot snapshot
        join credit_creditsnapshot earlier on earlier.id = snapshot.previous_id
        where earlier.merchant_id <> snapshot.merchant_id or earlier.as_of >= snapshot.as_of
    """,
    "revisions of a snapshot have no gaps": """
        select merchant_id, as_of, max(revision), count(*) from credit_creditsnapshot
        group by merchant_id, as_of having max(revision) <> count(*)
    """,
    "a policy in force was announced 14 days ahead by two people after a run of the same seal": """
        select policy.public_id from credit_scorepolicyversion policy
        join credit_policyshadowrun run on run.id = policy.shadow_id
        where policy.state = 'approved' and (
            policy.decided_by_id = policy.proposed_by_id or run.sha256 <> policy.sha256
            or policy.sha256 <> encode(sha256(convert_to(policy.document, 'UTF8')), 'hex')
            or policy.effective_on < (policy.decided_at at time zone 'Asia/Shanghai')::date + 14
            or policy.effective_on <= (policy.withdrawn_at at time zone 'Asia/Shanghai')::date)
    """,
    "one policy begins on a day": """
        select effective_on, count(*) from credit_scorepolicyversion
        where state = 'approved' and withdrawn_at is null
        group by effective_on having count(*) > 1
    """,
    "a snapshot is of the policy of its day": """
        select snapshot.id, snapshot.policy_version from credit_creditsnapshot snapshot
        where snapshot.policy_version <> coalesce((
            select policy.version from credit_scorepolicyversion policy
            where policy.state = 'approved' and policy.withdrawn_at is null
                and policy.effective_on <= snapshot.as_of
            order by policy.effective_on desc limit 1), 'credit-v1')
    """,
    "a version of a complaint's outcome is known once": """
        select "case", version, count(*) from credit_caseoutcomeversion
        group by "case", version having count(*) > 1
    """,
    "no complaint was final before its end was known": """
        select "case", version, final_on, recorded_at from credit_caseoutcomeversion
        where final_on > (recorded_at at time zone 'Asia/Shanghai')::date
    """,
}
