"""How the tests of the till endpoints ask."""

PROBLEM = "application/problem+json"


def post(client, path, body, **headers):
    return client.post(f"/api/v1/till/{path}", body, format="json", **headers)


def fields_of(answer):
    return sorted({error["field"] for error in answer.json().get("errors", [])})
