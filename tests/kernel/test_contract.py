"""The running server keeps the committed contract: Schemathesis asks it whatever the contract allows, and more."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.parameters import ParameterLocation

from district.members import services as members
from district.members.models import Member
from tests.databases import Databases, pointed_at
from tests.factories.loyalty import buy, make_counter, pay
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text, till_of, visit_of
from tests.servers import Web
from tests.wechat.fixtures import APPID, SECRET, Phones, wechat_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
contract = schemathesis.openapi.from_path(ROOT / "docs" / "openapi.json")
numbers = count(1)
EXAMPLES = int(os.environ.get("CONTRACT_EXAMPLES", "100"))
ENOUGH = 50  # requests, among which one must have been granted


@dataclass
class Served:
    """A running district, and what a till and a member there know."""

    base_url: str
    tokens: dict[str, str]
    known: dict[str, str]
    member: Member
    # What is good only once, made anew for each request of an operation.
    fresh: dict[str, dict[str, Callable[[], str]]]
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
        made = {name: make() for name, make in self.fresh.get(label, {}).items() if name in value}
        known = self.known | made
        return {
            name: known.get(name, old) if isinstance(old, str) else old
            for name, old in value.items()
        }

    def never_done(self) -> set[str]:
        """The operations asked in earnest that were refused each time, but for the one that always refuses."""
        return {
            label
            for label, answers in self.answered.items()
            if label != "DELETE /api/v1/me"
            and answers.total() >= ENOUGH
            and not any(200 <= status < 300 for status in answers)
        }


@pytest.fixture(scope="module")
def served(
    databases: Databases,
    django_db_blocker,
    tmp_path_factory,
    wechat_server,  # noqa: F811
) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("contract")
    name = databases.clone()
    url = databases.url_of(name)
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "DISTRICT_DATA_DIR": str(folder),
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
        "DISTRICT_WECHAT_BASE": wechat_server.base,
    }
    web = Web(env=env, folder=folder)
    with django_db_blocker.unblock(), pointed_at(url):
        web.start()
        scene = _scene(web, Phones(wechat_server.base))
        yield scene
        web.stop()
        said = web.said()
    databases.drop(name)
    assert "unexpected error" not in said
    assert scene.never_done() == set()


def _scene(web: Web, phones: Phones) -> Served:
    member, store = make_member(openid=phones.openid()), make_counter()
    buy(member, store, fen=10**11)
    spent = pay(member, store, points=1)
    return Served(
        base_url=web.base_url,
        member=member,
        tokens={
            "tillKey": till_key_text(store),
            "shopper": members.open_session(member=member).token,
        },
        known={
            "store": store.public_id,
            "member": member.public_id,
            "visit": visit_of(member, till_of(store), store).token,
            "transfer": spent.public_id,
            "paid_at": spent.at.isoformat(),
            "/api/v1/stores/{id}": store.public_id,
            "/api/v1/merchants/{id}": store.merchant.public_id,
        },
        fresh={
            "POST /api/v1/session": {"code": phones.login_code},
            "POST /api/v1/me/phone": {"code": phones.phone_code},
            "POST /api/v1/till/members/lookup": {
                "code": lambda: members.issue_card_code(member=member).code
            },
        },
    )


def _is_about_headers(case: schemathesis.Case) -> bool:
    """Whether this case leaves headers out or breaks them, the token's among them."""
    part = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return part is not None and part.mode.is_negative


def checks() -> list[Any]:
    """All but one: a cursor, a code or an instant may be of the right form and still be refused."""
    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ != "positive_data_acceptance"]


@contract.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_the_contract_says(case: schemathesis.Case, served: Served) -> None:
    number = next(numbers)
    if case.meta is not None and case.meta.generation.mode.is_positive:
        if number % 3:
            case.body = served.made_real(case.operation.label, case.body)
            if case.path in served.known:
                case.path_parameters = {"id": served.known[case.path]}
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"contract-{number}"

    answer = case.call_and_validate(
        base_url=served.base_url,
        headers=served.authorization(case),
        checks=checks(),
        timeout=30,
    )
    served.answered[case.operation.label][answer.status_code] += 1
