"""What must always hold of the charter; each query finds the rows that break it."""

INVARIANTS = {
    "a merchant has one open pledge": """
        select merchant_id, count(*) from charter_charterpledge
        where replaced_at is null and ends_at is null
        group by merchant_id having count(*) > 1
    """,
    "a pledge is of a charter that two people had published": """
        select pledge.public_id from charter_charterpledge pledge
        join charter_charterversion version on version.id = pledge.version_id
        where version.state <> 'approved' or version.decided_at > pledge.signed_at
            or version.decided_by_id = version.proposed_by_id
    """,
}
