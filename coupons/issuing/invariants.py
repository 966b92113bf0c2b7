"""What must always hold of jobs and codes: nothing may come back. They share no code with the verbs."""

INVARIANTS: dict[str, str] = {
    "a job counts what its lines were answered": """
        select job.id, job.state, job.total, job.issued, job.refused, lines.*
        from issuing_issuejob job
        cross join lateral (
            select count(*) as lines, count(*) filter (where outcome = 'issued') as issued_lines,
                count(*) filter (where outcome = 'refused') as refused_lines
            from issuing_issuerow where job_id = job.id) lines
        where (job.total, job.issued, job.refused) <> (lines, issued_lines, refused_lines)
            or (job.state = 'done' and issued_lines + refused_lines < lines)
    """,
    "a line that was issued has a coupon of the job's version, claimed for its member": """
        select line.id, line.coupon_id from issuing_issuerow line
        join issuing_issuejob job on job.id = line.job_id
        left join coupons_coupon coupon on coupon.id = line.coupon_id
        where line.outcome = 'issued' and (
            coupon.id is null or coupon.source <> 'issue' or coupon.version_id <> job.version_id
            or coupon.claimer_id <> line.member_id)
    """,
    "a coupon that a job made is the answer to its line": """
        select made.key, made.result from kernel_idem made
        left join issuing_issuerow line
            on line.job_id || ':' || line.line = made.key and line.coupon_id = made.result
        where made.scope = 'issue job' and line.id is null
    """,
    "a third-party code that was used has a coupon of its version": """
        select code.id, code.coupon_id from issuing_importedcode code
        left join coupons_coupon coupon on coupon.id = code.coupon_id
        where code.used_at is not null and (
            coupon.id is null or coupon.source <> 'import' or coupon.version_id <> code.version_id)
    """,
    "a coupon for a third-party code has its code": """
        select coupon.id from coupons_coupon coupon
        left join issuing_importedcode code on code.coupon_id = coupon.id
        where coupon.source = 'import' and code.id is null
    """,
    "a batch of codes tells of each of its lines": """
        select batch.id, batch.total, batch.imported, codes.held from issuing_codebatch batch
        cross join lateral (
            select count(*) as held from issuing_importedcode where batch_id = batch.id) codes
        where batch.imported <> codes.held or batch.total <> batch.imported
            + cardinality(batch.repeated_lines) + cardinality(batch.refused_lines)
    """,
}
