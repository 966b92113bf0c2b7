"""Every address of the back office asked by GET: nothing changes, nothing breaks."""

import re
from collections import deque

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver

from tests.admin.page_words import english_in
from tests.admin.two_merchants import registered_admins, signed_in, table_digests


def addresses():
    """Every address, with each row's number where one is wanted."""
    for pattern in _flat(admin.site.get_urls()):
        route = str(pattern.pattern)
        for path in _filled(route, pattern):
            yield f"/admin/{path}"
    for extra in ("?o=1&p=0&all=1", "?q=x&_popup=1", "?q=%00", "?e=1&_facets=1", "?_to_field=id"):
        for model, _ in registered_admins():
            yield f"/admin/{model._meta.app_label}/{model._meta.model_name}/{extra}"


def _flat(patterns):
    """The site's addresses; it has no nested ones but each screen's."""
    for entry in patterns:
        if isinstance(entry, URLResolver):
            for inner in _flat(entry.url_patterns):
                route = f"{entry.pattern}{inner.pattern}"
                yield URLPattern(route, inner.callback, inner.default_args, inner.name)
        elif isinstance(entry, URLPattern):
            yield entry


def _filled(route, pattern):
    route = route.lstrip("^").removesuffix("$").removesuffix("\\Z")
    if "app_label" in route:
        return [
            f"{label}/"
            for label in sorted({model._meta.app_label for model, _ in registered_admins()})
        ]
    if "object_id" in route:
        model = pattern.callback.__dict__.get("model_admin") or _model_of(route)
        rows = list(model.model._default_manager.values_list("pk", flat=True)[:1]) if model else []
        return [
            re.sub(r"<\w+:object_id>", str(pk), route) for pk in [*rows, "999999999999999999999"]
        ]
    if "(?P<url>" in route or "content_type_id" in route:
        return []
    return [route]


def _model_of(route):
    app, name = route.split("/")[:2]
    for model, screen in admin.site._registry.items():
        if (model._meta.app_label, model._meta.model_name) == (app, name):
            return screen
    return None


def test_the_walk_knows_every_screen_and_every_act(two_merchants):
    walked = list(addresses())

    for model, screen in registered_admins():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert base in walked
        assert any(path.startswith(base) and path.endswith("/change/") for path in walked)
        for act in screen.row_actions:
            assert any(path.startswith(base) and path.endswith(f"/{act.name}/") for path in walked)
        for act in screen.list_actions:
            assert f"{base}{act.name}/" in walked


def look_at(client, path):
    """The status, and the English words of a page."""
    answer = client.get(path)
    if answer.streaming:
        # A file is sent piece by piece, and closed when it was read.
        deque(answer.streaming_content, maxlen=0)
    elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
        return answer.status_code, english_in(answer.content.decode())
    return answer.status_code, set()


@pytest.mark.parametrize(
    "who",
    ["operator", *(pytest.param(who, marks=pytest.mark.slow) for who in ("owner", "cashier"))],
)
def test_every_address_asked_by_get_changes_no_table_breaks_nowhere_and_is_chinese(
    two_merchants, who
):
    user = (
        two_merchants.second.clerks[who].user
        if who in two_merchants.second.clerks
        else getattr(two_merchants, who)
    )
    client, before = signed_in(user), table_digests()
    walked = [path for path in addresses() if not path.startswith("/admin/logout")]

    answers = {path: look_at(client, path) for path in walked}

    assert {
        path: status
        for path, (status, _) in answers.items()
        if status not in {200, 301, 302, 400, 403, 404, 405}
    } == {}
    assert sum(status == 200 for status, _ in answers.values()) > 20
    assert {path: words for path, (_, words) in answers.items() if words} == {}
    after = table_digests()
    assert {name for name in before if before[name] != after[name]} == set()


def test_signing_out_wants_a_post(operator):
    assert operator.get("/admin/logout/").status_code == 405
    assert operator.get("/admin/").status_code == 200

    assert operator.post("/admin/logout/").status_code == 200
    assert operator.get("/admin/").status_code == 302
