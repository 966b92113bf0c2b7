"""What must always hold of reports; each query finds the rows that break it."""

INVARIANTS = {
    "an institution has one live report of a merchant": """
        select first.public_id, second.public_id as other
        from financing_financingreport first
        join financing_financingreport second
            on second.merchant_id = first.merchant_id
            and second.institution_id = first.institution_id and second.id > first.id
        where tstzrange(first.issued_at, coalesce(first.revoked_at, first.expires_at))
            && tstzrange(second.issued_at, coalesce(second.revoked_at, second.expires_at))
    """,
    "the text of a report is the one that was signed": """
        select public_id from financing_financingreport
        where encode(sha256(convert_to(text, 'UTF8')), 'hex') <> digest
    """,
    "nobody read a report that did not hold": """
        select view.id from financing_reportview view
        join financing_financingreport report on report.id = view.report_id
        where view.viewed_at < report.issued_at
            or view.viewed_at >= least(report.expires_at, coalesce(report.revoked_at, 'infinity'))
                and view.viewed_at <> report.revoked_at
    """,
}
