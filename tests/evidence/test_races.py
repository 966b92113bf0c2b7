"""Files at the same instant, each over a connection of its own."""

from collections import Counter

import pytest

from credit.complaints import services as complaints
from credit.complaints.models import CaseEvidence
from credit.evidence import services as evidence
from credit.evidence.errors import TooMuchEvidence
from credit.evidence.intake import take_in
from credit.evidence.models import EvidenceFile
from credit.evidence.values import Side
from district.kernel import clock, invariants
from tests.evidence.files import jpeg, pdf
from tests.factories.complaints import START, ComplaintScene, make_filing
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member
from tests.race import race

PICTURE = jpeg()


def hand_in(member, content=PICTURE, key=None):
    return evidence.store_file(
        owner=member.user, side=Side.SHOPPER, received=take_in([content]), key=key or fresh_key()
    )


@pytest.mark.usefixtures("real_db")
def test_of_the_ninth_and_tenth_picture_at_once_one_is_taken(storage):
    member = make_member()
    for _ in range(8):
        hand_in(member)
    results = race(*[lambda: hand_in(member)] * 4)

    assert Counter(type(result) for result in results) == {EvidenceFile: 1, TooMuchEvidence: 3}
    assert EvidenceFile.objects.filter(owner=member.user).count() == 9
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 18


@pytest.mark.usefixtures("real_db")
def test_one_upload_repeated_at_once_is_one_file(storage):
    member, key = make_member(), fresh_key()
    results = race(*[lambda: hand_in(member, pdf(), key)] * 4)

    assert len({result.pk for result in results}) == 1
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 1


@pytest.mark.usefixtures("real_db")
def test_a_file_that_two_cases_want_and_that_is_taken_back_is_of_one():
    scene = ComplaintScene()
    file = hand_in(scene.member)

    def file_case():
        with clock.travel_to(START):
            filing = make_filing(scene.store, files=(file.public_id,))
            return complaints.file_case(member=scene.member, filing=filing, key=fresh_key())

    def withdraw():
        return evidence.withdraw_file(owner=scene.member.user, public_id=file.public_id)

    race(file_case, file_case, file_case, withdraw)

    file.refresh_from_db()
    cases = CaseEvidence.objects.filter(file=file).count()
    assert (cases, file.erased_at is None) in {(1, True), (0, False)}
    assert list(invariants.offences()) == []
