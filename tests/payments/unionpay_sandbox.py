"""A stand-in for UnionPay on this machine: real signatures, one order and one refund a number, faults."""

import base64
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client

from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.payments.channels.unionpay_messages import (
    _digest,
    read_fields,
    signed,
    write_fields,
)

MERCHANT, OUR_CERT, THEIR_CERT = "777290058110048", "68759663125", "69597475696"


def make_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem_of(key, *, private=False):
    if private:
        return key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


class UnionpaySandbox(ThreadingHTTPServer):
    """`faults` of a transaction type are used up one a request: `cut` does the work and loses the answer, `http`
    answers 502, a code refuses, `forged` signs with another key."""

    daemon_threads = True

    def __init__(self, our_key, their_key):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.our_key, self.their_key = our_key, their_key
        self.trades, self.faults, self.requests = {}, defaultdict(list), []
        self.base = f"http://127.0.0.1:{self.server_address[1]}"

    def pay(self, order, *, amount_fen=None):
        """The payer scans and pays; the notice."""
        trade = self.trades[order.number]
        trade |= {"origRespCode": "00", "queryId": f"Q{order.number}"}
        trade["traceTime"] = f"{clock.now().astimezone(clock.SHANGHAI):%m%d%H%M%S}"
        if amount_fen is not None:
            trade["txnAmt"] = str(amount_fen)
        return self.notice(trade)

    def finish(self, refund, code="00"):
        """A refund ends; the notice."""
        trade = self.trades[refund.number]
        trade["origRespCode"] = code
        return self.notice(trade)

    def notice(self, trade, key=None):
        fields = {name: value for name, value in trade.items() if name != "origRespCode"}
        return write_fields(self._signed(fields | {"respCode": trade["origRespCode"]}, key))

    def answer(self, path, fields):
        if path.endswith("queryTrans.do"):
            trade = self.trades.get(fields["orderId"])
            if trade is None or trade["txnTime"] != fields["txnTime"]:
                return {"respCode": "34"}
            return {**trade, "respCode": "00"}
        if fields["orderId"] in self.trades:
            return {"respCode": "12"}
        self.trades[fields["orderId"]] = {
            name: fields[name]
            for name in ("orderId", "txnTime", "txnAmt", "txnType", "merId", "origQryId")
            if name in fields
        } | {"origRespCode": "05", "queryId": f"Q{fields['orderId']}"}
        if fields["txnType"] == "01":
            return {"respCode": "00", "qrCode": f"https://qr.95516.com/{fields['orderId']}"}
        return {"respCode": "00", "queryId": f"Q{fields['orderId']}", "txnAmt": fields["txnAmt"]}

    def _signed(self, fields, key=None):
        return signed({**fields, "certId": THEIR_CERT, "merId": MERCHANT}, key or self.their_key)


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields, server = read_fields(body), self.server
        server.our_key.public_key().verify(
            base64.b64decode(fields["signature"]), _digest(fields), PKCS1v15(), SHA256()
        )
        server.requests.append(fields)
        faults = server.faults[fields["txnType"]]
        fault = faults.pop(0) if faults else None
        key = make_key() if fault == "forged" else None
        if fault in {None, "cut", "forged"}:
            answer = server.answer(self.path, fields)
        else:
            answer = {"respCode": fault}
        if fault == "cut":
            self.close_connection = True
            self.connection.close()
            return
        text = write_fields(server._signed(answer, key)).encode()
        self.send_response(502 if fault == "http" else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format, *args):
        """Silent."""


@pytest.fixture(scope="session")
def unionpay_keys():
    return make_key(), make_key()


@pytest.fixture
def unionpay(unionpay_keys, settings):
    """UnionPay, with the district set up as its merchant."""
    ours, theirs = unionpay_keys
    server = UnionpaySandbox(ours, theirs)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    settings.UNIONPAY_MERCHANT, settings.UNIONPAY_CERT_ID = MERCHANT, OUR_CERT
    settings.UNIONPAY_PRIVATE_KEY = pem_of(ours, private=True)
    settings.UNIONPAY_PUBLIC_KEYS = {THEIR_CERT: pem_of(theirs)}
    settings.UNIONPAY_BASE = server.base
    yield server
    server.shutdown()
    server.server_close()


def send_unionpay(notice):
    """Hand a notice to our address and to the worker; the answer's status."""
    answer = Client(raise_request_exception=False).post(
        "/unionpay/notices", notice, content_type="application/x-www-form-urlencoded"
    )
    handle_due()
    return answer.status_code
