"""One request to WeChat Pay, as it came in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from district.wechat.sandbox.pay.refusals import param_error
from district.wechat.sandbox.pay.request_schema import Fields, check


@dataclass(frozen=True)
class PayCall:
    """`target` and `body` exactly as they were sent; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    def query(self, fields: Fields) -> dict[str, Any]:
        """The query's fields. Raises PayRefusal."""
        pairs = parse_qsl(urlsplit(self.target).query, keep_blank_values=True)
        return check(fields, dict(pairs), "/query")

    def json(self, fields: Fields) -> dict[str, Any]:
        """The body's fields. Raises PayRefusal."""
        if self.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise param_error("/header/Content-Type", "须为 application/json")
        try:
            value = json.loads(self.body.decode())
        except (ValueError, RecursionError):
            raise param_error("/body", "不是 JSON") from None
        return check(fields, value)
