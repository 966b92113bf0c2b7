"""The running server keeps the committed contract: Schemathesis asks it whatever the contract allows, and more."""

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.test import override_settings
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig

from district.kernel.http.docs_page import OPENAPI_FILE
from tests.databases import Databases, use_database
from tests.kernel.contract_server import EXAMPLES, ContractServer, numbers, prepare_contract_server
from tests.servers import WebServer
from tests.wechat.fixtures import APPID, SECRET, Phones, wechat_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.slow

# What is too large is refused by its size, before its fields are read.
REFUSALS = [400, 401, 403, 404, 405, 406, 409, 413, 415, 422, 428, 429]
contract = schemathesis.openapi.from_path(
    OPENAPI_FILE,
    config=SchemathesisConfig.from_dict(
        {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
    ),
)


@schemathesis.serializer("application/x-ndjson")
def as_it_is(context: schemathesis.SerializationContext, value: Any) -> bytes:
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def served(
    databases: Databases,
    django_db_blocker,
    tmp_path_factory,
    wechat_server,  # noqa: F811
) -> Iterator[ContractServer]:
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
        **_pay_environment(wechat_server.base),
    }
    web = WebServer(env=env, folder=folder)
    # Files of rows that the test makes lie where the server looks for them.
    same_folder = override_settings(DATA_DIR=folder)
    with django_db_blocker.unblock(), use_database(url), same_folder:
        web.start()
        try:
            contract_requests = prepare_contract_server(web, Phones(wechat_server.base))
            yield contract_requests
        finally:
            web.stop()
        log_text = web.log_text()
    databases.drop(name)
    assert "unexpected error" not in log_text
    assert contract_requests.never_done() == set()


def _pay_environment(base: str) -> dict[str, str]:
    """The sandbox's merchant, so that orders can be paid."""
    environment: dict[str, str] = Phones(base).control("pay-account", base=base)["environment"]
    return environment


def checks(*, aimed: bool) -> list[Any]:
    """All but one: a cursor, a code or an instant may be of the right form and still be refused.

    And what we aimed ourselves is right, though the tool may think otherwise: a form's file is bytes to
    us, and no string as the schema's `binary` says.
    """
    load_all_checks()
    left_out = {"positive_data_acceptance", "negative_data_rejection" if aimed else ""}
    return [check for check in CHECKS.get_all() if check.__name__ not in left_out]


@contract.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_server_answers_as_the_contract_says(
    case: schemathesis.Case, served: ContractServer
) -> None:
    number, aimed = served.answered[case.operation.label].total(), False
    if case.meta is not None and case.meta.generation.mode.is_positive:
        if aimed := bool(number % 3):
            served.aim(case)
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"contract-{next(numbers)}"

    answer = case.call_and_validate(
        base_url=served.base_url,
        headers=served.authorization(case),
        checks=checks(aimed=aimed),
        timeout=30,
    )
    served.answered[case.operation.label][answer.status_code] += 1
