"""A merchant revokes its agreement at the instant at which the version is approved."""

import pytest

from coupons import services as coupons
from coupons.invariants.planning import PLANNING
from coupons.models import ShareConsent, TemplateVersion
from coupons.planning_errors import ConsentMissing
from district.kernel import invariants
from tests.factories.coupons import make_draft
from tests.factories.members import make_operator
from tests.factories.merchants import allied_store, make_clerk
from tests.race import race


@pytest.fixture
def waiting(real_db):
    """Versions that wait for approval, each agreed to by the merchant that is to pay."""
    store = allied_store()
    boss = make_clerk(merchant=store.merchant).user
    versions = []
    for _ in range(6):
        draft = make_draft(payers=[(store.merchant, 4_000)])
        coupons.submit_version(version=draft, by=draft.drafted_by)
        coupons.agree_to_share(consent=ShareConsent.objects.get(version=draft), by=boss)
        versions.append(draft)
    return boss, versions


def test_a_version_is_published_with_the_agreement_or_not_at_all(waiting):
    (boss, versions), operator = waiting, make_operator()
    consents = {consent.version_id: consent for consent in ShareConsent.objects.all()}

    outcomes = race(
        *[
            lambda version=version: coupons.approve_version(version=version, by=operator)
            for version in versions
        ],
        *[
            lambda version=version: coupons.revoke_consent(consent=consents[version.pk], by=boss)
            for version in versions
        ],
    )

    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {type(outcome) for outcome in refused} <= {ConsentMissing}
    published = TemplateVersion.objects.filter(state="published")
    assert published.count() == len(versions) - len(refused)
    assert ShareConsent.objects.exclude(revoked_at=None).count() == len(versions)
    assert invariants.findings(PLANNING) == []
