"""What /readyz says of the ledger: a person should look, while requests are served."""

from datetime import timedelta

from district.kernel import clock
from loyalty import queries

# The audit runs each night; a second one missed is a beat that stands still.
_LATE = timedelta(hours=50)


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
