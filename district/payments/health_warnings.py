"""What /readyz says of payments: a person should look, while requests are served."""

from district.payments import queries


def payments_warning() -> str:
    """How much is left to a person; empty when nothing is."""
    work = queries.work_for_people()
    parts = {
        "orders and refunds set aside": work.set_aside_rows,
        "abnormal refunds": work.abnormal_refunds,
        "payments of unknown orders": work.unknown_payments,
        "differences of bills": work.open_differences,
    }
    texts = [f"{count} {what}" for what, count in parts.items() if count]
    return f"payments: {', '.join(texts)}; see the admin" if texts else ""
