"""The backend Django loads by the name of its package."""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is asked for by its socket before each request, not by a query.

    Django's check costs every request a round trip, a fifth of what a receipt takes. A server that
    ended, was killed or restarted has closed its end, and that can be read; one whose machine
    vanished is found by the request's own query, which answers 503 as it would a moment later.
    """

    def is_usable(self) -> bool:
        connection = self.connection
        if connection is None or connection.closed or connection.broken:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN)
        if not poll.poll(0):
            return True
        # It has something to say to which nobody listens: a farewell, or only a notice.
        usable: bool = super().is_usable()
        return usable
