"""What the command refuses, each in one sentence and before anything is written."""

import json
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.management import CommandError, call_command

from district.embedded.processes import wait_until
from tests.replay.conftest import write_synthetic
from tests.servers import WebServer


def refused(*arguments):
    with pytest.raises(CommandError) as refusal:
        call_command("replay_receipts", *map(str, arguments))
    sentence = str(refusal.value)
    assert "\n" not in sentence
    return sentence


def test_a_path_that_is_not_there(tmp_path):
    assert refused(tmp_path / "absent") == f"找不到 {tmp_path}/absent。"


def test_a_folder_without_the_table(tmp_path):
    assert refused(tmp_path) == f"{tmp_path} 中没有 transactions.csv(.gz)、receipt_lines.csv(.gz)。"


def test_a_broken_table(tmp_path):
    (tmp_path / "transactions.csv").write_text("household_id\n1\n")

    assert "缺少列 store_id" in refused(tmp_path)


def test_an_unknown_format(synthetic):
    assert (
        refused(synthetic, "--format", "tarot")
        == "不认识的格式 tarot，可用：completejourney、online_retail。"
    )


@pytest.mark.parametrize("households", ["0", "-5", "many", "1.5", "１", "99999999999999999999"])
def test_households_that_are_no_number(synthetic, households):
    assert refused(synthetic, f"--households={households}").startswith("--households 须是")


def test_more_households_than_there_are(synthetic):
    assert refused(synthetic, "--households", 10) == "--households 须在 1 至 9 之间，而不是 10。"


@pytest.mark.parametrize("connections", ["0", "65", "x"])
def test_connections_out_of_bounds(synthetic, connections):
    assert "--connections 须是 1 至 64" in refused(synthetic, "--connections", connections)


@pytest.mark.parametrize("address", ["ftp://127.0.0.1", "127.0.0.1:8000", "http://", "nonsense"])
def test_an_address_that_is_none(synthetic, address):
    assert "--base-url 须是" in refused(synthetic, "--base-url", address)


def test_an_address_where_nobody_answers(synthetic):
    assert "没有应答" in refused(synthetic, "--base-url", "http://127.0.0.1:9")


@pytest.fixture
def stranger():
    """A server whose /livez says what the test wants."""
    servers = []

    def start(content):
        class StrangerHandler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.end_headers()
                self.wfile.write(content.encode())

            def log_message(self, *_args):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), StrangerHandler)
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("mode", ["production", "local", "test"])
def test_a_server_in_another_mode(synthetic, stranger, mode):
    url = stranger(json.dumps({"status": "alive", "mode": mode}))

    assert f"处于 {mode} 模式" in refused(synthetic, "--base-url", url)


@pytest.mark.parametrize("content", ["<html>", "[]", '{"mode": 1}', ""])
def test_a_server_that_is_not_ours(synthetic, stranger, content):
    assert "不是本系统的服务器" in refused(synthetic, "--base-url", stranger(content))


@pytest.mark.slow
def test_a_server_on_another_database(new_replay_database, synthetic, tmp_path):
    other, database = new_replay_database(), new_replay_database()
    assert other.run(synthetic, "--households", 1).code == 0
    server = WebServer(env=other.environment, folder=tmp_path)
    server.start()
    try:
        before = other.books()
        outcome = database.run(synthetic, "--base-url", server.base_url)
    finally:
        server.stop()

    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.rstrip().endswith(f"{server.base_url} 用的是另一个数据库。")
    assert database.posted() == 0
    assert other.books() == before


def test_a_server_that_is_right_is_used(new_replay_database, synthetic, tmp_path):
    database = new_replay_database()
    server = WebServer(env=database.environment, folder=tmp_path)
    server.start()
    try:
        outcome = database.run(synthetic, "--households", 2, "--base-url", server.base_url)
    finally:
        server.stop()

    assert (outcome.code, outcome.figures["members"]) == (0, 2)


@pytest.mark.slow
def test_two_replays_of_one_database(new_replay_database, tmp_path):
    folder = write_synthetic(tmp_path / "long", 60)
    database = new_replay_database()
    first = database.start(folder)
    assert wait_until(lambda: database.posted() > 0, 60)

    # However slow the machine is, the first run does not end before the second one looked.
    first.send_signal(signal.SIGSTOP)
    second = database.run(folder)
    first.send_signal(signal.SIGCONT)
    completed = database.finish(first)

    assert (second.code, second.out) == (1, "")
    assert second.err.rstrip().endswith("另一个重放正在使用这个数据库。")
    assert completed.code == 0
