"""What a running district knows that the contract test aims its requests at."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation

from district.kernel.models import RateWindow
from district.members import services as members
from district.members.models import Member
from loyalty.receipt_batches.models import Batch
from tests.contributions import LEFT_OUT, StoreVisit, contributed
from tests.factories.loyalty import make_earning_store, remove_ceilings
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text, till_of, visit_of
from tests.receipt_batches.contribution import CONTENT
from tests.receipt_batches.rows import receive_batch
from tests.servers import WebServer
from tests.wechat.fixtures import Phones

numbers = count(1)
SEND = "PUT /api/v1/till/batches/{batch}/content"
# Requests for each operation, and among how many one must have been granted.
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "60"))
ENOUGH = EXAMPLES // 2


@dataclass
class ContractServer:
    """A running district, and what a till and a member there know."""

    base_url: str
    tokens: dict[str, str]
    known: dict[str, str]
    member: Member
    # What is good only once, made anew for each request of an operation.
    fresh: dict[str, Mapping[str, Callable[[], Any]]]
    # What a path names: rows that exist, made anew where each can be acted on but once.
    named: dict[str, Callable[[], dict[str, str]]]
    receiving: Batch
    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def authorization(self, case: schemathesis.Case) -> dict[str, str]:
        declared = case.operation.definition.raw.get("security", [{}])
        scheme = next(iter(declared[0]), None)
        if scheme is None or _is_about_headers(case):
            return {}
        ends_session = case.operation.label == "DELETE /api/v1/session"
        token = self.fresh_session() if ends_session else self.tokens[scheme]
        return {"Authorization": f"Bearer {token}"}

    def fresh_session(self) -> str:
        return members.open_session(member=self.member).token

    def made_real(self, label: str, value: Any) -> Any:
        """The same request about rows and codes that exist, without which no verb would be reached."""
        if not isinstance(value, dict):
            return value
        made = {name: make() for name, make in self.fresh.get(label, {}).items()}
        known = self.known | made
        return {
            name: known.get(name, old) if isinstance(old, str) or name in made else old
            for name, old in (dict.fromkeys(made) | value).items()
            if made.get(name) is not LEFT_OUT
        }

    def aim(self, case: schemathesis.Case) -> None:
        """Let the request be about what exists, and a piece of a file be the next one."""
        # Requests that are to be granted are not refused for those that were not.
        RateWindow.objects.all().delete()
        case.body = self.made_real(case.operation.label, case.body)
        asked = self.fresh.get(case.operation.label, {})
        case.query = {
            name: asked.get(name, lambda old=old: old)() for name, old in case.query.items()
        }
        if case.path in self.named:
            case.path_parameters = self.named[case.path]()
        if case.operation.label == SEND:
            self.receiving.refresh_from_db()
            case.query = {"offset": self.receiving.received_bytes}
            case.body, case.media_type = CONTENT, "text/csv"

    def never_done(self) -> set[str]:
        """The operations asked in earnest that were refused each time, but for the one that always refuses."""
        return {
            label
            for label, answers in self.answered.items()
            if label != "DELETE /api/v1/me"
            and answers.total() >= ENOUGH
            and not any(200 <= status < 300 for status in answers)
        }


def prepare_contract_server(web: WebServer, phones: Phones) -> ContractServer:
    """Rows of every kind that a path names, and makers of what is good only once."""
    remove_ceilings()  # this member has points for every request
    member, store = make_member(openid=phones.openid()), make_earning_store()
    till = till_of(store)
    store_visit = StoreVisit(member, store, till, visit_of(member, till, store))
    receiving = receive_batch(store, CONTENT.encode(), format=Batch.Format.CSV)
    server = ContractServer(
        base_url=web.base_url,
        member=member,
        tokens={
            "tillKey": till_key_text(store),
            "shopper": members.open_session(member=member).token,
        },
        receiving=receiving,
        known={},
        named={SEND.partition(" ")[2]: lambda: {"batch": receiving.public_id}},
        fresh={
            "POST /api/v1/session": {"code": phones.login_code},
            "POST /api/v1/me/phone": {"code": phones.phone_code},
        },
    )
    for aimed_requests in contributed("aimed_requests"):
        requests = aimed_requests(store_visit)
        server.known |= requests.known
        server.fresh |= requests.fresh
        server.named |= requests.named
        server.tokens |= requests.tokens
    return server


def _is_about_headers(case: schemathesis.Case) -> bool:
    """Whether this case leaves headers out or breaks them, the token's among them."""
    part = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return part is not None and part.mode.is_negative
