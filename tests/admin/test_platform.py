"""The journal, the events, the dashboard, the sign-in and the group of operators."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from district.kernel.backoffice.audit_labels import VERBS
from district.kernel.models import AuditLine, InboxRow, OutboxRow
from district.members.operators import OPERATORS
from tests.admin.action_forms import act, text_of
from tests.admin.two_merchants import registered_admins, signed_in, table_digests


def test_a_set_aside_event_goes_back_into_the_queue_by_post(two_merchants, operator):
    aside = OutboxRow.objects.get(name="PointsSpent", last_error="ValueError")
    address = f"/admin/kernel/outboxrow/{aside.pk}/replay/"
    assert operator.get(address).status_code == 200
    aside.refresh_from_db()
    assert aside.set_aside_at is not None

    act(operator, address)

    aside.refresh_from_db()
    assert (aside.set_aside_at, aside.attempts) == (None, 0)
    line = AuditLine.objects.latest("pk")
    assert (line.verb, line.subject, line.facts) == (
        "replay_set_aside",
        f"kernel.outboxrow:{aside.pk}",
        {"rows": 1},
    )


def test_all_set_aside_events_go_back_at_once(two_merchants, operator):
    act(operator, "/admin/kernel/outboxrow/replay-all/")

    assert not OutboxRow.objects.exclude(set_aside_at=None).exists()


def test_a_notice_set_aside_goes_back_and_its_body_is_not_shown(two_merchants, operator):
    aside = InboxRow.objects.get()
    page = text_of(operator.get(f"/admin/kernel/inboxrow/{aside.pk}/change/"))
    assert ("已搁置" in page, bytes(aside.body_digest).hex() in page) == (True, True)

    act(operator, f"/admin/kernel/inboxrow/{aside.pk}/replay/")

    aside.refresh_from_db()
    assert aside.set_aside_at is None
    assert AuditLine.objects.latest("pk").subject == f"kernel.inboxrow:{aside.pk}"


def test_an_event_that_waits_anyway_is_not_replayed(two_merchants, operator):
    waiting = OutboxRow.objects.filter(set_aside_at=None).first()

    answer = operator.get(f"/admin/kernel/outboxrow/{waiting.pk}/replay/", follow=True)

    assert "现在不适用" in text_of(answer)


@pytest.mark.parametrize(
    "table",
    [
        "kernel/auditline",
        "kernel/outboxrow",
        "loyalty/transfer",
        "loyalty/receipt",
        "loyalty/lot",
        "loyalty/draw",
        "loyalty/restore",
        "loyalty/pointsaccount",
        "loyalty/merchantterms",
    ],
)
@pytest.mark.parametrize("who", ["operator", "root"])
def test_what_is_written_once_has_no_form_to_change_it(two_merchants, who, table):
    client, before = signed_in(getattr(two_merchants, who)), table_digests()
    model = next(
        model
        for model, _ in registered_admins()
        if f"{model._meta.app_label}/{model._meta.model_name}" == table
    )
    pk = model._default_manager.first().pk

    posts = [
        client.post(f"/admin/{table}/{pk}/{path}/", {"post": "yes", "points": 5}).status_code
        for path in ("change", "delete")
    ]
    acted = client.post(
        f"/admin/{table}/", {"action": "delete_selected", "_selected_action": pk, "post": "yes"}
    )
    page = client.get(f"/admin/{table}/{pk}/change/").content.decode()

    assert posts == [403, 403]
    assert acted.status_code in {200, 302}
    assert 'name="_save"' not in page
    assert table_digests() == before


# What may be done to rows of the ledger, each by its verb; anything else is a mistake.
ACTS = {
    "loyalty.receipt": ["refund"],
    "loyalty.parkedrefund": ["match", "dismiss"],
    "loyalty.hold": ["void"],
    "loyalty.merchantterms": ["add"],
    "loyalty.merchantceilings": ["add"],
    "loyalty.earningreview": ["approve", "refuse"],
    "loyalty.alliancepolicy": ["add"],
    "loyalty.issuebudget": ["deposit", "withdraw", "add"],
    "loyalty.adjustment": ["approve", "reject", "add"],
    "loyalty.pointsaccount": ["freeze", "unfreeze", "freeze-member", "merge"],
    "loyalty.auditrun": ["run"],
    "settlement.cycle": ["propose", "approve", "withdraw", "move-end", "add"],
    "settlement.statement": ["pay"],
    "settlement.payment": ["reverse"],
    "settlement.line": ["dispute"],
    "settlement.dispute": ["uphold", "reject", "correct", "withdraw"],
    "settlement.creditnote": ["approve", "reject", "add"],
}


def test_ledger_and_settlement_have_no_actions_and_only_the_acts_named_here(two_merchants):
    for model, screen in registered_admins():
        if model._meta.app_label in {"loyalty", "settlement"}:
            row_actions = [
                *screen.row_actions,
                *screen.list_actions,
                *filter(None, [screen.add_action]),
            ]
            assert [act.name for act in row_actions] == ACTS.get(model._meta.label_lower, []), model
            assert screen.actions is None, model


def test_every_verb_of_the_code_has_a_word_in_the_journal():
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    verbs = {
        verb
        for package in ("district", "loyalty", "coupons", "parking", "credit")
        for path in (root / package).rglob("*.py")
        for verb in re.findall(
            r"""verb=["'](\w+)["']|\b(?:_record|record|_switch)\(\s*["'](\w+)["']""",
            path.read_text(),
        )
        for verb in verb
        if verb
    }

    assert len(verbs) > 20
    assert verbs - set(VERBS) == set()


def test_operators_hold_exactly_the_rights_their_screens_declare(two_merchants):
    group = Group.objects.get(name=OPERATORS)
    stray = Permission.objects.get(codename="delete_transfer")
    group.permissions.add(stray)
    group.permissions.remove(Permission.objects.get(codename="view_member"))

    call_command("migrate", verbosity=0)

    held = {
        f"{p.content_type.app_label}.{p.codename}"
        for p in group.permissions.select_related("content_type")
    }
    declared = {
        f"{model._meta.app_label}.{right}_{model._meta.model_name}"
        for model, screen in registered_admins()
        for right in screen.operator_permissions
    }
    assert held == declared
    assert not any(name.split(".")[1].startswith("delete_") for name in held)


def test_the_operator_is_no_superuser_and_sees_every_screen(two_merchants, operator):
    assert not two_merchants.operator.is_superuser
    for model, _ in registered_admins():
        assert (
            operator.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/").status_code
            == 200
        ), model


def test_the_dashboard_of_an_operator_counts_the_whole_district(two_merchants, operator):
    page = text_of(operator.get("/admin/"))

    for word in (
        "今日",
        "近十四日积分",
        "近七日积分最多的商户",
        "商户与门店",
        "会员总数",
        "事件投递",
        "最近操作",
        two_merchants.first.merchant.name,
        two_merchants.second.merchant.name,
    ):
        assert word in page, word


def test_the_dashboard_of_a_clerk_counts_the_own_merchant(two_merchants, owner):
    page = text_of(owner.get("/admin/"))

    assert "本商户发放、尚未使用" in page
    assert "近七日各门店积分" in page
    for word in (
        "会员总数",
        "事件投递",
        "最近操作",
        "商户与门店",
        two_merchants.first.merchant.name,
    ):
        assert word not in page, word


def test_the_sidebar_lists_only_what_may_be_opened(two_merchants):
    import re

    for role, clerk in two_merchants.second.clerks.items():
        client = signed_in(clerk.user)
        links = set(re.findall(r'href="(/admin/\w+/\w+/)"', client.get("/admin/").content.decode()))
        assert links
        assert {link: client.get(link).status_code for link in links} == dict.fromkeys(
            links, 200
        ), role
