"""What the embedded mode puts into the environment, for this process and its children."""

import base64
import json
import os
import secrets
from pathlib import Path

from district.embedded.home import write_once


def secrets_of(folder: Path) -> dict[str, str]:
    """The folder's own secrets, made on first use and readable by nobody else."""
    file = folder / "secrets.json"
    write_once(
        file,
        json.dumps(
            {
                "DISTRICT_SECRET_KEY": secrets.token_urlsafe(48),
                "DISTRICT_MASTER_KEYS": f"1:{_key()}",
                "DISTRICT_TOKEN_KEYS": f"1:{_key()}",
                "DISTRICT_PEPPER": _key(),
                # The sandbox answers to these; real ones are set from outside and win.
                "DISTRICT_WECHAT_APPID": f"wx{secrets.token_hex(8)}",
                "DISTRICT_WECHAT_SECRET": secrets.token_hex(16),
                "DISTRICT_WECHAT_MESSAGE_TOKEN": secrets.token_hex(16),
                # 43 characters, which are 32 bytes.
                "DISTRICT_WECHAT_MESSAGE_KEYS": _key().rstrip("="),
            },
            indent=1,
        ),
    )
    known: dict[str, str] = json.loads(file.read_text())
    return known


def put_into_environment(values: dict[str, str]) -> None:
    """Sets what is not set; what somebody chose stays."""
    for name, value in values.items():
        os.environ.setdefault(name, value)


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()
