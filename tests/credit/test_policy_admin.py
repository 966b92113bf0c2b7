"""The editor of policies: examples that follow what is typed, a shadow run before it is proposed, another who approves."""

from datetime import date, timedelta

import pytest
from django.test import Client

from credit.models import PolicyShadowRun, ScorePolicyVersion
from district.kernel import clock
from tests.admin.action_forms import form_values, text_of
from tests.factories.members import make_operator

PROPOSE = "/admin/credit/scorepolicyversion/add/"


@pytest.fixture
def people(db):
    clients = []
    for name in ("jia", "yi"):
        client = Client()
        client.force_login(make_operator(name))
        clients.append(client)
    return clients


def values_of(client, **changes):
    values = form_values(client.get(PROPOSE))
    day = clock.business_day(clock.now()) + timedelta(days=20)
    begins = {"version": "credit-v2", "effective_on": day.isoformat(), "reason": "年度修订"}
    return values | begins | changes


def test_the_examples_follow_what_is_typed_and_faults_stand_at_their_field(people):
    values = values_of(people[0], **{"grades-A": "95"})
    assert "93.3 · A" in text_of(people[0].get(PROPOSE))
    live = people[0].post(PROPOSE, values | {"look": "table"})
    assert "93.3 · B" in text_of(live)
    unnamed = people[0].post(PROPOSE, values | {"look": "table", "version": "", "reason": ""})
    assert "93.3 · B" in text_of(unnamed)
    assert "<html" not in live.content.decode()
    for field, value, text in (
        ("rating-weight_bp", "3001", "五项权重之和须为 10000"),
        ("penalties-general-repair_after_days", "120", "须在 0–90 之间"),
        ("grades-A", "10", "依次降低"),
        ("effective_on", date(2026, 1, 1).isoformat(), "最早可于"),
        ("decay-horizon_days", "9" * 30, "须在"),
    ):
        answer = people[0].post(PROPOSE, values | {field: value})
        assert answer.status_code == 422, field
        assert text in text_of(answer), field
    assert not PolicyShadowRun.objects.exists()


def test_what_was_tried_is_proposed_and_another_person_approves_it(people):
    values = values_of(people[0], **{"grades-A": "95"})
    tried = people[0].post(PROPOSE, values)
    assert "等级变动" in text_of(tried)
    assert not PolicyShadowRun.objects.exists()
    people[0].post(PROPOSE, values | {"seen": tried.context["mark"]})
    people[0].post(PROPOSE, values | {"seen": tried.context["mark"]})
    row = ScorePolicyVersion.objects.get()
    assert (row.state, PolicyShadowRun.objects.count()) == ("proposed", 1)
    page = f"/admin/credit/scorepolicyversion/{row.pk}/"
    assert "A 级，自（分）" in text_of(people[0].get(f"{page}change/"))
    assert people[0].get(f"{page}approve/").status_code == 403
    answer = people[1].get(f"{page}approve/")
    assert "93.3 · B" in text_of(answer)
    people[1].post(f"{page}approve/", form_values(answer) | {"note": "同意"})
    row.refresh_from_db()
    assert row.state == "approved"
    withdraw = people[0].get(f"{page}withdraw/")
    people[0].post(f"{page}withdraw/", form_values(withdraw) | {"reason": "有误"})
    row.refresh_from_db()
    assert row.withdrawn_for == "有误"
