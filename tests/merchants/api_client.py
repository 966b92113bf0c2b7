"""How these tests ask the API and read its answers."""

from district.members.services.card_code import issue_card_code

LOOK_UP = "/api/v1/till/members/lookup"
STORES = "/api/v1/stores"


def names(answer):
    """The names on a page of a list."""
    assert answer.status_code == 200, answer.content
    return [row["name"] for row in answer.json()["results"]]


def problem(answer):
    """Status, code and the fields at fault."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    body = answer.json()
    fields = sorted(error["field"] for error in body.get("errors", []))
    return answer.status_code, body["code"], fields


def refusal(answer):
    """Status and code of a refusal that no cache may keep."""
    assert answer["Cache-Control"] == "no-store"
    return problem(answer)[:2]


def code_of(member):
    return issue_card_code(member=member).code


def look_up(client, key="k1", **body):
    headers = {} if key is None else {"HTTP_IDEMPOTENCY_KEY": key}
    return client.post(LOOK_UP, body, format="json", **headers)
