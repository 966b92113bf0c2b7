"""Two people publish the charter, merchants sign it and leave it with notice, and all of it can be read by anybody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from credit.charter import services as charter
from credit.charter.errors import (
    CharterReplaced,
    NotInAlliance,
    PledgeEnded,
    SelfDisciplineOfTheFuture,
)
from credit.charter.models import CharterPledge
from credit.charter.queries import is_under_charter, pledges_in_force
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from tests.factories.charter import CharterScene, report_self_discipline
from tests.factories.credit import fresh_key
from tests.factories.merchants import make_store
from tests.race import race


def under(scene, after=timedelta(0)):
    return is_under_charter(scene.merchant.pk, clock.now() + after)


def test_until_a_charter_is_published_the_alliance_binds_then_a_signature(scene):
    assert under(scene)
    assert not is_under_charter(make_store().merchant_id, clock.now())
    version = scene.publish()
    assert not under(scene)
    signed = scene.sign(version)

    assert under(scene)
    assert scene.sign(version) == signed


def test_nobody_publishes_a_text_of_their_own_nor_changes_a_published_one(scene):
    row = charter.propose_charter(title="甲", text="乙", by=scene.first, key=fresh_key())
    with pytest.raises(FourEyesNeeded):
        charter.approve_charter(proposal=row, by=scene.first)
    charter.approve_charter(proposal=row, by=scene.second)
    with pytest.raises(ProposalDecided):
        charter.reject_charter(proposal=row, by=scene.second)
    row.refresh_from_db()
    row.text = "丙"
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_new_version_binds_who_signs_it_and_the_old_one_who_does_not(scene):
    first = scene.sign(scene.publish())
    newer = scene.publish("诚信公约（二）")
    assert under(scene)
    with pytest.raises(CharterReplaced):
        scene.sign(first.version)
    second = scene.sign(newer)

    first.refresh_from_db()
    assert first.replaced_at == second.signed_at
    assert list(pledges_in_force(clock.now())) == [second]


def test_who_leaves_is_bound_for_thirty_days_and_may_think_again(scene):
    version = scene.publish()
    pledge = scene.sign(version)
    left = charter.give_notice(pledge=pledge, reason="转让", by=scene.owner)
    assert left.ends_at - left.notice_at == timedelta(days=30)
    assert under(scene, timedelta(days=29))
    assert not under(scene, timedelta(days=31))
    with pytest.raises(PledgeEnded):
        charter.give_notice(pledge=pledge, reason="转让", by=scene.owner)
    again = scene.sign(version)

    assert again != pledge
    assert under(scene, timedelta(days=31))
    assert CharterPledge.objects.filter(replaced_at=None).get() == again


def test_only_a_member_of_the_alliance_signs(scene):
    version = scene.publish()
    stranger = make_store().merchant
    with pytest.raises(NotInAlliance):
        charter.sign_charter(merchant=stranger, version=version, pledge="好", by=scene.owner)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({}, "charter_pledge_one_open"),
        ({"pledge": ""}, "charter_pledge_in_words"),
        ({"leave_reason": "走"}, "charter_pledge_left_with_notice"),
    ],
)
def test_the_table_refuses_what_the_verb_does(scene, changes, constraint):
    row = scene.sign(scene.publish())
    row.pk, row.public_id = None, "chp_" + "0" * 22
    for name, value in changes.items():
        setattr(row, name, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def test_a_signed_pledge_is_never_rewritten(scene):
    scene.sign(scene.publish())
    for change in ({"pledge": "别的"}, {"signed_at": clock.now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CharterPledge.objects.update(**change)


def test_self_discipline_is_public_once_reviewed_by_somebody_else(scene):
    record = report_self_discipline(scene.merchant, scene.owner, "价签未更新")
    waiting = report_self_discipline(scene.merchant, scene.owner, "消毒漏记")
    with pytest.raises(FourEyesNeeded):
        charter.approve_self_discipline(proposal=record, by=scene.owner)
    charter.approve_self_discipline(proposal=record, by=scene.first)
    charter.reject_self_discipline(proposal=waiting, by=scene.first, note="不实")
    listed = Client().get("/api/v1/charter/self-discipline").json()["results"]

    assert [row["matter"] for row in listed] == ["价签未更新"]
    with pytest.raises(SelfDisciplineOfTheFuture):
        charter.report_self_discipline(
            merchant=scene.merchant,
            found_on=clock.business_day(clock.now()) + timedelta(days=1),
            matter="甲",
            correction="乙",
            by=scene.owner,
            key=fresh_key(),
        )


def test_anybody_reads_charter_pledges_and_self_discipline(scene):
    assert Client().get("/api/v1/charter").status_code == 404
    assert "公约尚未发布" in Client().get("/charter/").content.decode()
    scene.sign(scene.publish())
    record = report_self_discipline(scene.merchant, scene.owner, "价签未更新")
    charter.approve_self_discipline(proposal=record, by=scene.first)
    text = Client().get("/charter/", {"text": "large"}).content.decode()

    assert Client().get("/api/v1/charter").json()["text"] == "明码标价。"
    pledge = Client().get("/api/v1/charter/pledges").json()["results"][0]
    assert (pledge["merchant"]["id"], pledge["pledge"]) == (
        scene.merchant.public_id,
        "价格写明白。",
    )
    for word in ("诚信公约", scene.merchant.name, "价格写明白。", "价签未更新", "标准字号"):
        assert word in text
    assert "<script" not in text


def test_two_who_sign_at_once_make_one_pledge(real_db):
    scene = CharterScene()
    version = scene.publish()
    race(lambda: scene.sign(version), lambda: scene.sign(version), lambda: scene.sign(version))

    assert CharterPledge.objects.count() == 1
