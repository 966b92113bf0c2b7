"""When a till key was last used, to the minute."""

from datetime import timedelta

from django.db import connection

from district.kernel import clock
from district.merchants.queries.till import Till

USE_NOTED_EVERY = timedelta(minutes=1)


def note_key_use(*, till: Till) -> None:
    """Write the time of use down, at most once a minute and never waiting for another request.

    Called before the verb's transaction, so that no till holds the key's row while it works.
    """
    now = clock.real_now()
    if till.last_used_at is not None and till.last_used_at > now - USE_NOTED_EVERY:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "update merchants_tillkey set last_used_at = %s where id ="
            " (select id from merchants_tillkey where id = %s"
            "  and (last_used_at is null or last_used_at <= %s) for no key update skip locked)",
            [now, till.key_id, now - USE_NOTED_EVERY],
        )
