"""HTTP around the world: threads, faults, answers as WeChat sends them."""

import json
import secrets
import socket
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from district.wechat.sandbox import control
from district.wechat.sandbox.errcodes import WechatErrorResponse
from district.wechat.sandbox.faults import Fault
from district.wechat.sandbox.front_page import front_page
from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.http import respond
from district.wechat.sandbox.request_fields import Call
from district.wechat.sandbox.routes import ROUTES, SandboxResponse
from district.wechat.sandbox.state import SandboxState

# A picture of 2 MB with what is around it.
_LONGEST_BODY = 3_000_000
_JSON_AS_WECHAT_SENDS_IT = "text/plain"


class SandboxServer(ThreadingHTTPServer):
    """WeChat's stand-in on one loopback port, a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], state: SandboxState) -> None:
        self.state = state
        super().__init__(address, SandboxRequestHandler)
        state.base = self.base

    @property
    def base(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}/"


class SandboxRequestHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: SandboxServer
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the request line carries the app's secret."""

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > _LONGEST_BODY:
            self.close_connection = True
            return self._send(413, b"", "text/plain")
        url = urlsplit(self.path)
        call = Call(self.command, url.path, url.query, self.rfile.read(size))
        if call.path.startswith("/_control/"):
            return self._answer_control(call)
        if call.path.startswith("/v3/"):
            return self._answer_as_wechat_pay(call)
        if call.path == "/" and call.method == "GET":
            with self.server.state.lock:
                page = front_page(self.server.base, self.server.state.pay)
            return self._send(200, page.encode(), "text/html; charset=utf-8")
        if call.path not in ROUTES:
            return self._send(404, b"<html><h1>404 Not Found</h1></html>", "text/html")
        return self._answer_as_wechat(call)

    def _answer_control(self, call: Call) -> None:
        try:
            answer, status = control.handle(self.server.state, call), 200
        except control.BadControl as error:
            answer, status = {"error": str(error)}, 400
        text = json.dumps(answer, ensure_ascii=False)
        self._send(status, text.encode(), "application/json; charset=utf-8")

    def _answer_as_wechat_pay(self, call: Call) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        response = respond(self.server.state, PayCall(call.method, self.path, headers, call.body))
        if response is None:
            self._close_connection()
        else:
            self._send(response.status, response.body, None, response.headers)

    def _answer_as_wechat(self, call: Call) -> None:
        state, (name, route) = self.server.state, ROUTES[call.path]
        with state.lock:
            state.count(name, "calls")
            fault = state.faults.take(name)
        if fault and self._trouble_before_work(name, fault):
            return
        answer: SandboxResponse
        with state.lock:
            try:
                answer, errcode = route(state, call), 0
            except WechatErrorResponse as no:
                rid = f"{secrets.token_hex(4)}-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
                answer, errcode = (
                    {"errcode": no.errcode, "errmsg": f"{no.errmsg} rid: {rid}"},
                    no.errcode,
                )
            state.count(name, f"errcode {errcode}")
        if fault and fault.kind == "cut":
            self._close_connection()
        elif isinstance(answer, tuple):
            self._send(200, *answer)
        else:
            self._send(200, json.dumps(answer).encode(), _JSON_AS_WECHAT_SENDS_IT)

    def _trouble_before_work(self, name: str, fault: Fault) -> bool:
        """Whether the fault has already answered, so that no work is to be done."""
        with self.server.state.lock:
            self.server.state.count(name, f"fault {fault.kind}")
        match fault.kind:
            case "latency":
                time.sleep(fault.seconds)
                return False
            case "cut":
                return False
            case "errcode":
                refused = {
                    "errcode": fault.number,
                    "errmsg": WechatErrorResponse(fault.number).errmsg,
                }
                self._send(200, json.dumps(refused).encode(), _JSON_AS_WECHAT_SENDS_IT)
            case "http":
                self._send(fault.number, b"<html><h1>Bad Gateway</h1></html>", "text/html")
            case "garbage":
                self._send(200, b"<html>please sign in to the free WiFi</html>", "text/html")
        return True

    def _close_connection(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(
        self,
        status: int,
        body: bytes,
        content_type: str | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if content_type is not None:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    # Headers and body leave in one packet, or Nagle and delayed ACK cost 40 ms a call.
    wbufsize = -1
