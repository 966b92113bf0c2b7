"""Shared fixtures: databases, real servers, the real data."""

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoDbBlocker

from district import embedded
from district.embedded import Cluster
from tests.databases import Database, Databases, use_database
from tests.queues import isolated_queue
from tests.servers import CeleryWorker, WebServer

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_configure() -> None:
    """Passwords cost little. And a shell that puts us in the background has us ignore Ctrl-C, and every process of
    ours with us."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    settings.PASSWORD_HASHERS = ["tests.password_hasher.OneRoundHasher"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Append-only tables refuse the TRUNCATE by which Django cleans up after `transaction=True`."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or (marker.args and marker.args[0])):
            raise pytest.UsageError(
                f"{item.nodeid}: use the fixture real_db instead of transaction=True."
            )


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, object, object]:
    """A failure that shows broken letters would break xdist's channel and, with it, the whole run."""
    return encodable((yield))


def encodable(value: object) -> object:
    """The same value with every text encodable."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {key: encodable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(encodable(item) for item in value)
    return value


@pytest.fixture(scope="session")
def databases() -> Databases:
    """The test server's databases."""
    return Databases(os.environ["DATABASE_URL"])


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> Iterator[None]:
    """The database in which tests run inside a transaction that is rolled back."""
    name = databases.clone()
    with use_database(databases.url_of(name)):
        yield
    databases.drop(name)


@pytest.fixture
def real_db(
    databases: Databases,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Database]:
    """A database of the test's own, where commits are real: for races, other processes and on_commit."""
    yield from _own_database(databases, django_db_blocker, tmp_path, request)


@pytest.fixture(scope="session")
def durable_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A server that keeps what it acknowledged and comes back when killed: for tests marked `kill`."""
    with embedded.new_cluster(tmp_path_factory.mktemp("durable")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def durable_databases(durable_cluster: Cluster) -> Databases:
    """The databases of the durable server."""
    return Databases(durable_cluster.url)


@pytest.fixture
def durable_db(
    durable_databases: Databases,
    django_db_blocker: DjangoDbBlocker,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> Iterator[Database]:
    """As real_db, on the durable server."""
    yield from _own_database(durable_databases, django_db_blocker, tmp_path, request)


def _own_database(
    databases: Databases, blocker: DjangoDbBlocker, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Database]:
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail(
            "a test has either a transaction that is rolled back or a database of its own, not both"
        )
    name = databases.clone()
    data = tmp_path / "data"
    data.mkdir()
    env = {**os.environ, "DATABASE_URL": databases.url_of(name), "DISTRICT_DATA_DIR": str(data)}
    with blocker.unblock(), use_database(env["DATABASE_URL"]), isolated_queue(data) as queue:
        yield Database(name, env["DATABASE_URL"], {**env, **queue})
    databases.drop(name)


@pytest.fixture
def server_db(request: pytest.FixtureRequest) -> Database:
    """The database the test's servers use: the durable one where the test asks for it."""
    found: Database = request.getfixturevalue(
        "durable_db" if "durable_db" in request.fixturenames else "real_db"
    )
    return found


@pytest.fixture
def web(server_db: Database, tmp_path: Path) -> Iterator[WebServer]:
    """A real web server at the test's database."""
    server = WebServer(env=server_db.env, folder=tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def worker(server_db: Database, tmp_path: Path) -> Iterator[CeleryWorker]:
    """A real Celery worker at the test's database and queue."""
    process = CeleryWorker(env=server_db.env, folder=tmp_path)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def calendar_of_next_year(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the day of the test: nobody misses the holidays of next year yet."""
    monkeypatch.setattr("credit.complaints.health_warnings._EXPECTED_FROM_MONTH", 13)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the real data sets. Only a machine that is not CI may lack it."""
    if not SHARED_DATA.is_dir():
        lacking = f"{SHARED_DATA} is not there; the real data lie beside the clone"
        if os.environ.get("CI"):
            pytest.fail(lacking)
        pytest.skip(lacking)
    return SHARED_DATA
