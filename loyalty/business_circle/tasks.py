"""Celery's part of the business circle."""

from celery import shared_task

from loyalty.business_circle import services


@shared_task(name="business_circle.sync_points")
def sync_points() -> int:
    """Decide what waited, and tell WeChat what is due; safe to run twice and side by side."""
    decided = services.credit_waiting_payments() + services.lapse_waiting_payments()
    return decided + services.send_points_syncs()


@shared_task(name="business_circle.refresh_authorizations")
def refresh_authorizations() -> int:
    """Ask WeChat who is still authorised."""
    return services.refresh_authorizations()


@shared_task(name="business_circle.reseal_openids")
def reseal_openids() -> int:
    """After a change of master keys the openids of payments follow."""
    return services.reseal_openids()
