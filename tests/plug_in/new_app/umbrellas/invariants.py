"""What must always hold of umbrellas: nothing may come back."""

INVARIANTS = {
    "an umbrella comes back after it was lent": """
        select public_id, lent_at, returned_at from umbrellas_loan where returned_at < lent_at
    """,
}
