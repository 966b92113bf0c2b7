"""Texts that the office often writes."""

from django.db import transaction

from credit.complaints.models import AnswerTemplate
from district.kernel import audit
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User


@transaction.atomic
def add_answer_template(
    *, action: str, title: str, text: str, by: User, key: Key
) -> AnswerTemplate:
    """A text for an act of the office. Raises AnswerTemplateNamed, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return AnswerTemplate.objects.get(pk=earlier)
    with translate_database_errors():
        row = AnswerTemplate.objects.create(action=action, title=title, text=text)
    _note(row, "add_answer_template", by)
    store_result(key, row.pk)
    return row


@transaction.atomic
def edit_answer_template(
    *, template: AnswerTemplate, title: str, text: str, is_live: bool, by: User
) -> AnswerTemplate:
    """Another wording, or no use any more; the same again changes nothing. Raises AnswerTemplateNamed."""
    row = AnswerTemplate.objects.select_for_update().get(pk=template.pk)
    if (row.title, row.text, row.is_live) == (title, text, is_live):
        return row
    row.title, row.text, row.is_live = title, text, is_live
    with translate_database_errors():
        row.save()
    _note(row, "edit_answer_template", by)
    return row


def _note(row: AnswerTemplate, verb: str, by: User) -> None:
    audit.record(by=by, verb=verb, subject=f"complaints.answertemplate:{row.pk}")
