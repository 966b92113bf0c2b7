"""What /readyz says of the business circle: a person should look, while requests are served."""

from loyalty.business_circle import queries


def business_circle_warning() -> str:
    """How much is left to a person; empty when nothing is."""
    work = queries.work_for_people()
    parts = {
        "payments without a store": work.payments_without_store,
        "refunds to check": work.refunds_to_check,
        "syncs set aside": work.syncs_set_aside,
        "late syncs": work.syncs_late,
    }
    texts = [f"{count} {what}" for what, count in parts.items() if count]
    return f"business circle: {', '.join(texts)}; see the admin" if texts else ""
