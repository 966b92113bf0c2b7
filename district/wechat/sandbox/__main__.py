"""python -m district.wechat.sandbox --port N: WeChat's stand-in as a process of its own."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from district.wechat.sandbox.pay.account import PAY_FOLDER
from district.wechat.sandbox.server import SandboxServer
from district.wechat.sandbox.state import SandboxState

APPID, SECRET = "DISTRICT_WECHAT_APPID", "DISTRICT_WECHAT_SECRET"
MESSAGE_TOKEN, MESSAGE_KEYS = "DISTRICT_WECHAT_MESSAGE_TOKEN", "DISTRICT_WECHAT_MESSAGE_KEYS"


def main() -> None:
    """Serve until told to stop; the first line printed is the base address."""
    options = _arguments()
    if os.environ.get("DISTRICT_MODE") == "production":
        sys.exit("The WeChat sandbox does not run beside production.")
    written = _secrets_beside_the_data(options.data_dir)
    appid = options.appid or os.environ.get(APPID) or written.get(APPID)
    secret = options.secret or os.environ.get(SECRET) or written.get(SECRET)
    if not appid or not secret:
        sys.exit(f"Tell the sandbox its appid and secret: --appid, --secret or {APPID}, {SECRET}.")
    state = SandboxState(appid=appid, secret=secret, folder=_pay_folder(options.data_dir))
    server = SandboxServer((options.host, options.port), state)
    if options.mall_notify_url:
        state.pay.change_settings(mall_notify_url=options.mall_notify_url)
    if options.message_url:
        keys = os.environ.get(MESSAGE_KEYS) or written.get(MESSAGE_KEYS) or ""
        push = state.messages.settings
        push.url = options.message_url
        push.token = os.environ.get(MESSAGE_TOKEN) or written.get(MESSAGE_TOKEN) or ""
        push.encoding_aes_key = keys.partition(",")[0]
        if not push.token or not push.encoding_aes_key:
            # Secrets of an earlier version: there is nobody to push to.
            push.url = ""
    if state.folder is not None:
        # What was due while nobody ran it goes on.
        state.pay.time()
    signal.signal(signal.SIGTERM, _exit_on_signal)
    print(f"WeChat sandbox at {server.base}", flush=True)  # noqa: T201 - the launcher reads this line
    try:
        server.serve_forever(poll_interval=0.1)
    except (KeyboardInterrupt, SystemExit):
        server.server_close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m district.wechat.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--appid")
    parser.add_argument("--secret")
    parser.add_argument(
        "--data-dir", type=Path, help="secrets.json is here; WeChat Pay is kept here"
    )
    parser.add_argument("--message-url", help="where messages of the mini-program are pushed")
    parser.add_argument("--mall-notify-url", help="where the smart district's notices go")
    return parser.parse_args()


def _pay_folder(data_dir: Path | None) -> Path | None:
    return data_dir / PAY_FOLDER if data_dir else None


def _secrets_beside_the_data(folder: Path | None) -> dict[str, str]:
    path = folder / "secrets.json" if folder else None
    if path is None or not path.exists():
        return {}
    written: dict[str, str] = json.loads(path.read_text())
    return written


def _exit_on_signal(*_: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
