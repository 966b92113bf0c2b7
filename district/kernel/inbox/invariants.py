"""What must always hold of notices: nothing may come back."""

INVARIANTS: dict[str, str] = {
    "a notice stands as it was received, until what it said is forgotten": """
        select id, source, notice_id from kernel_inboxrow
        where case when body is null then handled_at is null or body_digest is not null
            else body_digest is distinct from sha256(body) end
    """,
    "a notice that was handled was attempted, and is not set aside": """
        select id, source, notice_id, attempts from kernel_inboxrow
        where handled_at is not null and (attempts = 0 or set_aside_at is not null)
    """,
}
