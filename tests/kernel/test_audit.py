"""Audit lines: written once."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from district.kernel import audit
from district.kernel.models import AuditLine

pytestmark = pytest.mark.django_db


def test_a_line_says_who_did_what_to_what():
    line = audit.record(
        actor="till:12", verb="appoint_clerk", subject="merchants.clerk:5", role="cashier"
    )

    kept = AuditLine.objects.get(pk=line.pk)
    assert (kept.actor, kept.verb, kept.subject) == (
        "till:12",
        "appoint_clerk",
        "merchants.clerk:5",
    )
    assert kept.facts == {"role": "cashier"}
    assert kept.at is not None


def test_a_person_is_named_by_number_and_nobody_is_the_system():
    user = get_user_model()(pk=42)

    assert audit.record(by=user, verb="v", subject="s").actor == "user:42"
    assert audit.record(verb="v", subject="s").actor == "system"


@pytest.mark.parametrize(
    "statement",
    [
        "update kernel_auditline set verb = 'something else'",
        "delete from kernel_auditline",
        "truncate kernel_auditline",
        "truncate kernel_auditline cascade",
        "insert into kernel_auditline (id, actor, verb, subject) select id, '', '', '' from kernel_auditline"
        " on conflict (id) do update set verb = ''",
    ],
)
def test_the_table_refuses_every_change(statement):
    audit.record(actor="till:12", verb="appoint_clerk", subject="merchants.clerk:5")

    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert list(AuditLine.objects.values_list("verb", flat=True)) == ["appoint_clerk"]
