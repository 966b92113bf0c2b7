"""What must always hold of evidence files; each query finds the rows that break it."""

INVARIANTS = {
    "a side of a case has at most so many files of a kind": """
        select subject, side, kind, count(*) from evidence_evidencefile
        where subject <> '' and erased_at is null
        group by subject, side, kind
        having count(*) > case kind when 'image' then 9 when 'pdf' then 5 else 1 end
    """,
    "an erased file has no key": """
        select public_id from evidence_evidencefile where (erased_at is null) <> (wrapped is not null)
    """,
    "what is public was checked": """
        select public_id from evidence_evidencefile where visibility = 'public' and state <> 'passed'
    """,
}
