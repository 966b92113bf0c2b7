"""What must always hold of cases of people who are no members; part of `invariants`."""

WALK_IN_INVARIANTS = {
    "a case is a member's or of one person who is none": """
        select public_id from complaints_casefile where (member_id is null) = (walk_in_id is null)
    """,
    "a person who is no member has no more than three open filings": """
        select walk_in_id, count(*) from complaints_casefile
        where walk_in_id is not null and filing_slot is not null and closed_at is null
        group by walk_in_id having count(*) > 3
    """,
    "what is written for a person who is no member says how it was told": """
        select file.public_id, event.seq from complaints_caseeventrow event
        join complaints_casefile file on file.id = event.case_id
        where file.walk_in_id is not null and event.actor = 'shopper'
            and not event.payload->'details' ? 'stated_by'
    """,
    "a paper receipt is of a case that staff entered and says what was paid": """
        select file.public_id from complaints_casefile file
        join complaints_caseeventrow event on event.case_id = file.id and event.seq = 1
        where file.is_paper_proof and (not event.payload->'details' ? 'stated_by'
            or (event.payload->'details'->>'paid_fen')::bigint is distinct from file.paid_fen
            or event.payload->'details'->>'purchase' is distinct from file.receipt_no)
    """,
    "a contact that was forgotten has no open case": """
        select walk_in.public_id, file.public_id as open_case from complaints_walkin walk_in
        join complaints_casefile file on file.walk_in_id = walk_in.id
        where walk_in.forgotten_at is not null and file.closed_at is null
    """,
    "who was taken over has no case left": """
        select walk_in.public_id, file.public_id as left_over from complaints_walkin walk_in
        join complaints_casefile file on file.walk_in_id = walk_in.id
        where walk_in.taken_by_id is not null
    """,
    "a call tells of notices to the shopper of its case": """
        select call.id, notice.public_id from complaints_contactcall call
        join complaints_casenotice notice on notice.id = call.last_notice_id
        where notice.case_id <> call.case_id or notice.audience <> 'shopper'
    """,
}
