"""What must always hold of cases; each query finds the rows that break it. Hashes over canonical JSON are checked by
`manage.py verify_cases`, which knows how it is spelled.
"""

from credit.complaints.invariants_contact import CONTACT_INVARIANTS
from credit.complaints.invariants_walk_ins import WALK_IN_INVARIANTS

_OPEN = """('submitted', 'needs_info', 'awaiting_merchant', 'negotiating', 'mediation', 'evidence_wait', 'appraisal',
    'decided', 'under_review', 'decided_final', 'remedy_due', 'advance_payment', 'awaiting_confirmation')"""

INVARIANTS = {
    **CONTACT_INVARIANTS,
    **WALK_IN_INVARIANTS,
    "the events of a case follow each other without a gap": """
        select event.case_id, event.seq from (
            select case_id, seq, prev_hash, from_state,
                lag(seq) over each_case as before_seq,
                lag(hash) over each_case as before_hash,
                lag(to_state) over each_case as before_state
            from complaints_caseeventrow window each_case as (partition by case_id order by seq)) event
        where event.seq <> coalesce(event.before_seq, 0) + 1
            or event.prev_hash <> coalesce(event.before_hash, repeat('0', 64))
            or event.from_state <> coalesce(event.before_state, 'new')
    """,
    "a case stands where its last event left it": """
        select file.public_id, file.state, latest.to_state from complaints_casefile file
        left join lateral (select * from complaints_caseeventrow event
                           where event.case_id = file.id order by event.seq desc limit 1) latest on true
        where (file.seq, file.head, file.state, file.last_at) is distinct from
            (latest.seq, latest.hash, latest.to_state, latest.at)
    """,
    "what a case says is what its events changed last": """
        select file.public_id, said.name, said.value, told.value as told from complaints_casefile file
        cross join lateral (values
            ('refunded_fen', to_jsonb(file.refunded_fen), '0'::jsonb),
            ('paid_fen', to_jsonb(file.paid_fen), null),
            ('severity', to_jsonb(file.severity), '"ordinary"'::jsonb),
            ('outcome', to_jsonb(nullif(file.outcome, '')), null),
            ('finding', to_jsonb(nullif(file.finding, '')), null)) said (name, value, beginning)
        left join lateral (
            select event.payload->'fields'->said.name as value from complaints_caseeventrow event
            where event.case_id = file.id and event.payload->'fields' ? said.name
            order by event.seq desc limit 1) told on true
        where said.value is distinct from nullif(coalesce(told.value, said.beginning), 'null'::jsonb)
    """,
    "a closed case has no running clock": f"""
        select file.public_id, clock.name from complaints_casefile file
        join complaints_caseclockrow clock on clock.case_id = file.id and clock.stopped_at is null
        where file.kind = 'complaint' and file.state not in {_OPEN}
    """,
    "an open case has a clock that runs or waits for somebody": f"""
        select file.public_id, file.state from complaints_casefile file
        where file.kind = 'complaint' and file.state in {_OPEN}
            and not exists (select from complaints_caseclockrow clock
                            where clock.case_id = file.id and clock.stopped_at is null)
    """,
    "a case is due when the first of its running clocks ends": """
        select file.public_id, file.next_due_at, due.at from complaints_casefile file
        left join lateral (
            select min(clock.due_at) as at from complaints_caseclockrow clock
            where clock.case_id = file.id and clock.stopped_at is null and clock.paused_at is null)
            due on true
        where file.next_due_at is distinct from due.at
    """,
    "a closed case may be acted on until when its events say": """
        select file.public_id, file.windows_until, latest.until from complaints_casefile file
        left join lateral (
            select event.payload->'fields'->'windows' as value from complaints_caseeventrow event
            where event.case_id = file.id and event.payload->'fields' ? 'windows'
            order by event.seq desc limit 1) told on true
        left join lateral (
            select max((named->>1)::timestamptz) as until from jsonb_array_elements(told.value) named)
            latest on true
        where file.windows_until is distinct from latest.until
    """,
    "whoever reviews a case has not decided it": """
        select review.case_id, review.seq, earlier.seq as decided from complaints_caseeventrow review
        join complaints_caseeventrow earlier on earlier.case_id = review.case_id
            and earlier.seq < review.seq
            and (earlier.action in ('refuse', 'decide', 'mark_abusive')
                 or (earlier.actor, earlier.action) = ('reviewer', 'change'))
            and (earlier.by_id = review.by_id
                 or earlier.payload->'details'->>'second_person' = review.by_id::text)
        where review.actor = 'reviewer'
    """,
    "two people label a case as abusive": """
        select case_id, seq from complaints_caseeventrow
        where action = 'mark_abusive'
            and coalesce(payload->'details'->>'second_person', '') in ('', by_id::text)
    """,
    "an event names who did it": """
        select case_id, seq from complaints_caseeventrow
        where payload->>'person' is distinct from coalesce(by_id::text, 'till:' || till_id, '')
    """,
    "a till acts on cases of its own merchant": """
        select event.case_id, event.seq from complaints_caseeventrow event
        join complaints_casefile file on file.id = event.case_id
        join merchants_tillkey till on till.id = event.till_id
        where till.merchant_id <> file.merchant_id
    """,
    "the note of an event is the one it was sealed with": """
        select case_id, seq from complaints_caseeventrow
        where note is not null and note_sha256 <> encode(sha256(convert_to(
            case when note = '' then '' else note_salt || chr(10) || note end, 'UTF8')), 'hex')
    """,
    "an event names the evidence that there is": """
        select coalesce(named.case_id, evidence.case_id) as case_id, named.seal, evidence.public_id
        from (select case_id, jsonb_array_elements_text(payload->'details'->'evidence') as seal
              from complaints_caseeventrow where payload->'details' ? 'evidence') named
        full join complaints_caseevidence evidence
            on evidence.seal = named.seal and evidence.case_id = named.case_id
        where named.seal is null or evidence.seal is null
    """,
    "a file of a case is a piece of its evidence": """
        select coalesce(file.subject, owner.public_id) as case, file.public_id, piece.public_id as piece
        from (select * from evidence_evidencefile where subject <> '') file
        full join (select * from complaints_caseevidence where file_id is not null) piece
            on piece.file_id = file.id
        left join complaints_casefile owner on owner.id = piece.case_id
        where file.id is null or piece.id is null or file.subject <> owner.public_id
            or (file.sha256, file.size_bytes, file.media_type)
                is distinct from (piece.sha256, piece.size_bytes, piece.media_type)
    """,
    "words of evidence are those they were sealed with": """
        select case_id, public_id from complaints_caseevidence
        where description is not null and sha256 <> encode(sha256(convert_to(
            salt || chr(10) || description, 'UTF8')), 'hex')
    """,
    "no more goes back than was paid": """
        select public_id, refunded_fen from complaints_casefile
        where refunded_fen > coalesce(paid_fen, amount_fen)
    """,
    "a shopper has one open case per purchase": f"""
        select member_id, receipt_id from complaints_casefile
        where state in {_OPEN} and receipt_id is not null
        group by member_id, receipt_id having count(*) > 1
    """,
    "a shopper files no more than three cases that are open": f"""
        select member_id, count(*) from complaints_casefile
        where state in {_OPEN} and filing_slot is not null and member_id is not null
        group by member_id having count(*) > 3
    """,
    "a verified complaint is about a purchase at its store": """
        select file.public_id, receipt.id from complaints_casefile file
        join loyalty_receipt receipt on receipt.id = file.receipt_id
        where receipt.store_id <> file.store_id
    """,
    "terms are announced by another person, ahead of their day": """
        select id, version from complaints_complaintpolicy
        where state = 'approved' and (decided_by_id is null or decided_by_id = proposed_by_id
            or effective_from <= (decided_at at time zone 'Asia/Shanghai')::date
            or effective_from <= (withdrawn_at at time zone 'Asia/Shanghai')::date)
    """,
    "a breach is of a clock that had run out": """
        select breach.case_id, breach.clock, breach.round from complaints_casebreach breach
        left join complaints_caseclockrow clock on clock.case_id = breach.case_id
            and (clock.name, clock.round) = (breach.clock, breach.round)
        where clock.id is null or clock.due_at <> breach.at or clock.stopped_at < clock.due_at
    """,
    "a merchant hears nothing of a tip-off": """
        select notice.id from complaints_casenotice notice
        join complaints_casefile file on file.id = notice.case_id
        where file.kind = 'tip_off' and notice.audience = 'merchant'
    """,
    "a case that was merged follows an open one or one that ended": """
        select file.public_id, master.public_id as master from complaints_casefile file
        join complaints_casefile master on master.id = file.merged_into_id
        where master.kind <> 'complaint'
    """,
}
