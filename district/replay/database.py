"""The replay's own database: chosen by name, made and migrated on demand, one replay at a time."""

import contextlib
import time
import warnings
from collections.abc import Callable, Iterator
from typing import TypeVar

from django.core.management import call_command
from django.db import Error, InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from district import embedded
from district.kernel.database.named_database import REPLAY_PREFIX, is_replay, use
from district.replay.errors import ReplayError

Answer = TypeVar("Answer")
# Any number will do, as long as every replay asks for the same one.
LOCK = 7_355_608
# As long as PostgreSQL may take to come back when it was killed at the very end.
RECOVERY_SECONDS = 60.0


@contextlib.contextmanager
def own_database(format_name: str) -> Iterator[str]:
    """The name of the database this process works on until the block ends; nobody else replays there.

    A process that already stands on a database named `replay_…` keeps it. The embedded server's
    (or DATABASE_URL's) other databases are never written to.

    Raises ReplayError.
    """
    elsewhere = str(connection.settings_dict["NAME"])
    name = elsewhere if is_replay() else f"{REPLAY_PREFIX}{format_name}"
    try:
        _create(name)
        use(name)
        _lock()
        call_command("setup", no_static=True, verbosity=0)
        yield name
    except Error as trouble:
        raise ReplayError(
            _("数据库 {name} 不可用：{trouble}").format(
                name=name, trouble=str(trouble).strip().split("\n", 1)[0]
            )
        ) from trouble
    finally:
        use(elsewhere)


def restart_embedded_server() -> None:
    """Bring the embedded server back if its supervisor was killed; a server of somebody else's is not ours.

    A supervisor restarts a dead server by itself, but nobody else restarts a dead supervisor.
    """
    cluster = embedded.attach().cluster
    if cluster is not None:
        # What is in the way now may be gone at the next look; the players wait meanwhile.
        with contextlib.suppress(embedded.EmbeddedError):
            cluster.ensure_supervisor()


def retry_database(question: Callable[[], Answer]) -> Answer:
    """The answer of the database, also when it was restarted since it was last asked."""
    give_up = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            connection.close()
            return question()
        except (InterfaceError, OperationalError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.5)


def _create(name: str) -> None:
    with warnings.catch_warnings():
        # Django warns a developer when it has to go through another database than `postgres`.
        warnings.simplefilter("ignore", RuntimeWarning)
        _create_through(name)


def _create_through(name: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", [name])
        if cursor.fetchone() is None:
            quoted = connection.ops.quote_name(name)
            cursor.execute(f"create database {quoted} encoding 'UTF8' template template0")


def _lock() -> None:
    """Held by the connection, so that it ends with this process, however that ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise ReplayError(_("另一个重放正在使用这个数据库。"))
