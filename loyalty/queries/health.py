"""How the ledger is: what the last look for broken promises found."""

from loyalty.models import AuditRun


def latest_audit() -> AuditRun | None:
    """The newest audit run."""
    return AuditRun.objects.order_by("-pk").first()
