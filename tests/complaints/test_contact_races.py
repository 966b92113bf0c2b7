"""Drafts, messages and notices at the same instant, each over a connection of its own."""

from credit.complaints import services as complaints
from credit.complaints.errors import DraftFiled
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CaseNotice
from district.kernel import clock, invariants
from tests.factories.complaints import ComplaintScene
from tests.factories.loyalty import fresh_key
from tests.race import race


def test_a_draft_that_is_filed_many_times_at_once_is_one_case(real_db):
    scene = ComplaintScene()
    content = complaints.DraftContent(
        store=scene.store, category="quality", wish="refund", description="漏水。"
    )
    draft = complaints.begin_draft(member=scene.member, content=content, key=fresh_key())
    key = fresh_key()

    def file(own_key):
        return complaints.file_draft(member=scene.member, draft=draft.public_id, key=own_key)

    results = race(*[lambda: file(key)] * 2, *[lambda: file(fresh_key())] * 3)

    assert {type(result) for result in results} <= {CaseFile, DraftFiled}
    assert CaseFile.objects.count() == 1
    assert list(invariants.offences()) == []


def test_messages_at_once_have_numbers_of_their_own_and_are_read_once(real_db):
    scene = ComplaintScene().accepted()

    def write():
        with clock.travel_to(scene.now):
            return complaints.send_message(
                case=scene.case,
                actor=CaseActor.MERCHANT,
                by=scene.clerk,
                text="在吗",
                key=fresh_key(),
            )

    race(*[write] * 4)
    reads = race(
        *[
            lambda: complaints.read_messages(
                case=scene.case, actor=CaseActor.SHOPPER, by=scene.member.user
            )
        ]
        * 3
    )
    notices = list(CaseNotice.objects.filter(audience="shopper"))
    seen = race(
        *[
            lambda: complaints.read_notices(
                member=scene.member, notices=[row.public_id for row in notices]
            )
        ]
        * 3
    )

    assert sorted(scene.case.messages.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert (sum(reads), sum(seen)) == (4, len(notices))
    assert list(invariants.offences()) == []
