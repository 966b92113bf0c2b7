"""Signed notices of payments in member stores, from HTTP to posted points, by receipts over HTTP of the same run."""

import base64
import itertools
import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from benchmarks.batches import resident_mib, worker
from benchmarks.bench import Bench, Incorrect
from benchmarks.comparison import Run, compare
from benchmarks.report import BenchmarkResult, Target, compared
from benchmarks.web import BenchmarkServer, web
from district.embedded import ports

NOTICES, TINY_NOTICES = 2_000, 60
PAYERS, TINY_PAYERS = 1_000, 20
PATH = "/wechat/business-circle/notices"
THREADS, STILL_SECONDS = 2, 5.0
MCHID, KEY_ID, API_V3_KEY = "1900000109", "PUB_KEY_ID_0100000000000000000000000000", "k" * 32
_numbers = itertools.count(1)


def notices(bench: Bench) -> BenchmarkResult:
    """Payments that WeChat reports: verified, kept, handled by a worker, credited, their sync due."""
    platform = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    _set_up_merchant(platform)
    payers = TINY_PAYERS if bench.scale.tiny else PAYERS
    size = TINY_NOTICES if bench.scale.tiny else NOTICES
    _give_openids(payers)
    bench.settle()
    with web(bench) as server, worker(bench) as pid:
        server.receipts()
        report = partial(_report, bench, server, platform, worker=pid, payers=payers)
        report(size=TINY_NOTICES)
        before = {"web": resident_mib(server.pid), "worker": resident_mib(pid)}
        runs = compare(
            bench.scale,
            {
                "ours": lambda: report(size=size),
                "limit": server.receipts,
            },
        )
        after = {"web": resident_mib(server.pid), "worker": resident_mib(pid)}
    reported = bench.rows("business_circle_mallpayment where state = 'credited'")
    bench.require("business_circle_pointssync", reported)
    bench.require_receipts(server.acknowledged + reported, in_flight=server.in_flight)
    return compared(
        "notices",
        runs,
        Target(0.3, 0.5),
        limit_is="receipts over HTTP, as many connections",
        cpu_us_web_is="web server and worker",
        unit="notices/s",
        memory_mib_before=before,
        memory_mib_after=after,
    )


def _report(
    bench: Bench,
    server: BenchmarkServer,
    platform: rsa.RSAPrivateKey,
    *,
    worker: int,
    size: int,
    payers: int,
) -> Run:
    """Post signed notices over as many connections as there are clients; over when the last one is handled."""
    path = bench.folder / "notices.tsv"
    _write_notices(path, platform, size=size, payers=payers, merchants=bench.scale.merchants)
    with (
        psycopg.connect(bench.url, autocommit=True) as watcher,
        bench.measure(server.pid, worker) as used,
        _posting(bench, server, path),
    ):
        earlier = _credited(watcher)
        began = time.monotonic()
        acts, seconds, still_seconds = 0, 0.0, 0.0
        # A request that wrk had under way when its thread stopped may be lost: over when nothing comes any more.
        while acts < size and still_seconds < STILL_SECONDS:
            time.sleep(0.1)
            counted = _credited(watcher) - earlier
            if counted > acts:
                acts, seconds = counted, time.monotonic() - began
            still_seconds = time.monotonic() - began - seconds if acts else 0.0
            if not acts and time.monotonic() > began + 30:
                raise Incorrect(f"no notice is handled; see {bench.web_log}")
    if not size - bench.scale.clients <= acts <= size:
        raise Incorrect(f"{acts} of {size} notices were credited")
    return Run.of(acts, acts / seconds, used)


def _credited(watcher: psycopg.Connection) -> int:
    """How many payments are credited, over a connection that is kept: to make one each time would be measured too."""
    query = "select count(*) from business_circle_mallpayment where state = 'credited'"
    (count,) = watcher.execute(query).fetchone() or (0,)
    return int(count)


@contextmanager
def _posting(bench: Bench, server: BenchmarkServer, path: Path) -> Iterator[None]:
    """wrk at work: it would wait for the end of its time when it has posted everything, and is ended before."""
    command = [
        *(server.wrk, f"-t{THREADS}", f"-c{bench.scale.clients}", "-d300s", "--timeout=30s"),
        *("-s", str(bench.script("notices.lua")), f"http://{ports.HOST}:{server.port}", "--"),
        *(PATH, str(path), str(THREADS)),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _write_notices(
    path: Path, platform: rsa.RSAPrivateKey, *, size: int, payers: int, merchants: int
) -> None:
    with path.open("w") as file:
        for number in itertools.islice(_numbers, size):
            body = _notice(number, payer=number % payers, merchant=1 + number % merchants)
            timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
            text = f"{timestamp}\n{nonce}\n{body}\n".encode()
            signature = base64.b64encode(platform.sign(text, padding.PKCS1v15(), SHA256()))
            file.write("\t".join([timestamp, nonce, KEY_ID, signature.decode(), body]) + "\n")


def _notice(number: int, *, payer: int, merchant: int) -> str:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    content = {
        "mchid": MCHID,
        "merchant_name": "商圈",
        "shop_name": "S",
        "shop_number": f"str_{merchant:022}",
        "appid": os.environ["DISTRICT_WECHAT_APPID"],
        "openid": _openid(payer),
        # Another sum than the receipts: the same one by the same member would be the same purchase.
        "amount": 9_980,
        "time_end": at,
        "transaction_id": f"4200{number:024}",
    }
    nonce = secrets.token_hex(6)
    cipher = AESGCM(API_V3_KEY.encode()).encrypt(nonce.encode(), json.dumps(content).encode(), b"")
    return json.dumps(
        {
            "id": f"EV-{number:030}",
            "create_time": at,
            "event_type": "MALL_TRANSACTION.SUCCESS",
            "resource_type": "encrypt-resource",
            "summary": "支付成功",
            "resource": {
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(cipher).decode(),
                "nonce": nonce,
                "associated_data": "",
            },
        }
    )


def _openid(payer: int) -> str:
    return f"oBench{payer:08}"


def _set_up_merchant(platform: rsa.RSAPrivateKey) -> None:
    """For the web server and the worker, which read the environment."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    public = platform.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    os.environ |= {
        "DISTRICT_WECHAT_PAY_MCHID": MCHID,
        "DISTRICT_WECHAT_PAY_SERIAL": "3775B6A45ACD588826D15E583A95F5DD",
        "DISTRICT_WECHAT_PAY_PRIVATE_KEY": base64.b64encode(private).decode(),
        "DISTRICT_WECHAT_PAY_API_V3_KEYS": API_V3_KEY,
        "DISTRICT_WECHAT_PAY_PUBLIC_KEYS": f"{KEY_ID}:{base64.b64encode(public).decode()}",
    }


def _give_openids(payers: int) -> None:
    """The first members came through WeChat."""
    from django.conf import settings

    from district.members.models import WechatIdentity
    from district.wechat.gateway import WechatSession

    rows: list[Any] = [
        WechatIdentity(
            member_id=1 + payer,
            appid=settings.WECHAT_APPID,
            openid_hash=WechatSession(openid=_openid(payer)).openid_hash,
            openid_sealed=b"",
        )
        for payer in range(payers)
    ]
    WechatIdentity.objects.bulk_create(rows)
