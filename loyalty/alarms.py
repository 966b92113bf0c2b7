"""What /readyz says of the ledger: a person should look, while requests are served."""

from datetime import timedelta

from district.kernel import clock
from loyalty import queries

# The audit runs each night; a second one missed is a beat that stands still.
_LATE = timedelta(hours=50)
# Members wait for their points meanwhile.
_A_DAY = timedelta(hours=24)


def ledger_audit() -> str:
    """What the last audit says that is not well; empty when all is, or before the first one."""
    run = queries.latest_audit()
    if run is None:
        return ""
    when = run.started_at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")
    if run.offences:
        return f"{run.offences} rows break a promise of the ledger (audit of {when}); see the admin"
    if run.started_at < clock.real_now() - _LATE:
        return f"the ledger was last audited at {when}: is beat running?"
    return ""


def receipts_waiting() -> str:
    """How long a receipt has waited for a person, once that is longer than a working day; else empty."""
    oldest = queries.oldest_waiting()
    if oldest is None or oldest.at > clock.real_now() - _A_DAY:
        return ""
    since = oldest.at.astimezone(clock.SHANGHAI).isoformat(timespec="minutes")
    return f"receipts above a ceiling have waited for a decision since {since}; see the admin"
