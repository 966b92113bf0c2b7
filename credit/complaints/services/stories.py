"""Stories of closed cases: the shopper agrees, an officer writes without names and publishes after thirty days."""

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.contact_masking import masked_text
from credit.complaints.errors import CaseNotInState, CaseNotYours, StoryNotAgreed, StoryTooEarly
from credit.complaints.models import CaseFile, CaseStory
from credit.complaints.models.case_file import CLOSED_NAMES
from credit.complaints.models.oversight import STORY_DELAY
from credit.complaints.queries.cases import wording_of
from credit.complaints.queries.stories import names_to_remove
from district.kernel import audit, clock
from district.members.models import Member, User


@transaction.atomic
def agree_to_story(*, case: CaseFile, member: Member, agrees: bool) -> CaseStory | None:
    """The shopper lets an officer write of a closed case, or takes that back; what was public is so no more.

    The same again changes nothing. None where nobody had agreed. Raises CaseNotInState, CaseNotYours.
    """
    procedures.lock_case(case.pk)
    file = CaseFile.objects.get(pk=case.pk)
    if file.member_id != member.pk:
        raise CaseNotYours
    story = CaseStory.objects.select_for_update(no_key=True).filter(case=file).first()
    if not agrees:
        if story is not None and story.revoked_at is None:
            story.revoked_at = clock.now()
            _take_back(story)
        return story
    if file.kind != CaseFile.Kind.COMPLAINT or file.state not in CLOSED_NAMES:
        raise CaseNotInState(problem="wrong_state", **wording_of(file))
    if story is None:
        return CaseStory.objects.create(case=file, agreed_at=clock.now())
    if story.revoked_at is not None:
        story.agreed_at, story.revoked_at = clock.now(), None
        story.save(update_fields=["agreed_at", "revoked_at"])
    return story


@transaction.atomic
def publish_story(*, story: CaseStory, title: str, text: str, by: User) -> CaseStory:
    """What anybody may read, with names and contact data masked. Again: the new words stand instead.

    Raises CaseNotInState (open again), StoryNotAgreed, StoryTooEarly (thirty days after the end).
    """
    procedures.lock_case(story.case_id)
    row = CaseStory.objects.select_for_update(no_key=True, of=("self",)).get(pk=story.pk)
    file = CaseFile.objects.select_related("store", "merchant", "member").get(pk=row.case_id)
    if row.revoked_at is not None:
        raise StoryNotAgreed
    if file.closed_at is None:
        raise CaseNotInState(problem="wrong_state", **wording_of(file))
    at = clock.now()
    if at < file.closed_at + STORY_DELAY:
        raise StoryTooEarly
    names = names_to_remove(file)
    row.title, row.text = masked_text(title, names), masked_text(text, names)
    row.closed_at, row.published_at, row.published_by = file.closed_at, at, by
    row.save(update_fields=["title", "text", "closed_at", "published_at", "published_by"])
    audit.record(by=by, verb="publish_case_story", subject=f"complaints.casestory:{row.pk}")
    return row


@transaction.atomic
def unpublish_story(*, story: CaseStory, reason: str, by: User) -> CaseStory:
    """Nobody reads it any more; not public, it stays so."""
    row = CaseStory.objects.select_for_update(no_key=True).get(pk=story.pk)
    if row.published_at is not None:
        _take_back(row)
        audit.record(
            by=by,
            verb="unpublish_case_story",
            subject=f"complaints.casestory:{row.pk}",
            reason=reason,
        )
    return row


def _take_back(story: CaseStory) -> None:
    story.closed_at = story.published_at = story.published_by = None
    story.save(update_fields=["revoked_at", "closed_at", "published_at", "published_by"])
