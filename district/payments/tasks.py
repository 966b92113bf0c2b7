"""Celery's part of payments."""

from celery import shared_task

from district.payments import services


@shared_task(name="payments.call_channels")
def call_channels() -> int:
    """Make the calls that are due; safe to run twice and side by side."""
    return (
        services.close_due_orders()
        + services.query_silent_orders()
        + services.close_wanted_orders()
        + services.send_refunds()
        + services.query_refunds()
    )


@shared_task(name="payments.reconcile")
def reconcile() -> int:
    """Fetch the bills that are there and compare them; see to what still differs."""
    services.want_bills()
    return services.fetch_bills() + services.reconcile_bills() + services.settle_differences()
