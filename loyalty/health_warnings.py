"""What /readyz says of the ledger: a person should look, while requests are served."""

from datetime import timedelta

from district.kernel import clock
from loyalty import queries

# The audit runs each night; a second one missed is a beat that stands still.
_AUDIT_OVERDUE = timedelta(hours=50)
# Members wait for their points meanwhile.
_REVIEW_OVERDUE = timedelta(hours=24)


def ledger_audit_warning() -> str:
    """What the last audit says that is not well; empty when all is, or before the first one."""
    run = queries.latest_audit()
    if run is None:
        return ""
    when = run.started_at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")
    if run.offences:
        return f"{run.offences} rows break a promise of the ledger (audit of {when}); see the admin"
    if run.started_at < clock.real_now() - _AUDIT_OVERDUE:
        return f"the ledger was last audited at {when}: is beat running?"
    return ""


def waiting_receipts_warning() -> str:
    """How long a receipt has waited for a person, once that is longer than a working day; else empty."""
    oldest = queries.oldest_waiting_review()
    if oldest is None or oldest.at > clock.real_now() - _REVIEW_OVERDUE:
        return ""
    since = oldest.at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")
    return f"receipts above a ceiling have waited for a decision since {since}; see the admin"
