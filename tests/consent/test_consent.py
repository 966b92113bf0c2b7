"""Nothing without a yes to the text in force that was shown to this member; every choice stays on record."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction

from district.consent import hooks
from district.consent import services as consent
from district.consent.errors import (
    ConsentAddressInvalid,
    ConsentClosedToMinor,
    NoticeNotServed,
    NoticeReplaced,
)
from district.consent.models import ConsentEvent, ConsentSubject, CurrentConsent, Purpose
from district.consent.queries import may, may_ask, reasons
from district.consent.values import ConsentAddress, chain_hash
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, KeyReused
from district.kernel.idempotency import Key
from tests.factories.consent import PERSONALISATION, ConsentScene, serve
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member
from tests.factories.merchants import make_store
from tests.race import race


def reason(scene, after=timedelta(0)):
    with clock.travel_to(clock.now() + after):
        return may(scene.member.pk, scene.address.purpose, channel=scene.address.channel)


def test_the_chain_has_the_hashes_of_the_design():
    event = {
        "subject": "S000001",
        "purpose": "marketing_push",
        "action": "grant",
        "notice_version": 3,
        "at": "2026-11-20T10:00:00+08:00",
    }
    first = chain_hash("0" * 64, event)
    assert first == "30c4d3033aff4c1c1130baca82dd339d96821583d75e39d644207baf5296cfa1"
    later = event | {"action": "withdraw", "at": "2026-11-21T09:00:00+08:00"}
    assert (
        chain_hash(first, later)
        == "251fad51d0824831fededbd9f33d33744f5fbfdf1f05888c3e38e7cfac6e4f16"
    )


def test_a_yes_is_to_a_text_shown_and_one_call_takes_it_back(scene):
    assert reason(scene) == "no_consent"
    granted = scene.grant()
    assert reason(scene) == "allowed"
    assert scene.grant() == granted
    withdrawn = scene.withdraw()

    assert reason(scene) == "withdrawn"
    assert scene.withdraw() == withdrawn
    assert [event.action for event in ConsentEvent.objects.order_by("sequence")] == [
        "grant",
        "withdraw",
    ]


def test_push_and_personalisation_are_two_choices(scene):
    scene.grant()

    assert may(scene.member.pk, "marketing_push", channel="inbox") == "no_consent"
    assert may(scene.member.pk, "unknown") == "no_consent"


def test_the_contract_needs_no_yes_and_bears_a_no(scene):
    inbox = ConsentAddress("service_notice", None, "inbox")
    assert may(scene.member.pk, "service_notice", channel="inbox") == "allowed"
    consent.withdraw_consent(member=scene.member.pk, address=inbox, key=fresh_key())

    assert may(scene.member.pk, "service_notice", channel="inbox") == "withdrawn"


@pytest.mark.parametrize(
    "address",
    [
        ConsentAddress("unknown"),
        ConsentAddress("share_with_merchant"),
        ConsentAddress("marketing_push"),
        ConsentAddress("marketing_push", None, "pigeon"),
        ConsentAddress("personalisation", None, "inbox"),
    ],
)
def test_a_switch_that_does_not_exist_is_refused(scene, address):
    with pytest.raises(ConsentAddressInvalid):
        consent.deny_consent(member=scene.member.pk, address=address, key=fresh_key())


def test_a_text_shown_to_somebody_else_or_for_another_switch_is_no_ground(scene):
    other = serve(make_member(), scene.notice)
    elsewhere = ConsentScene(scene.member, ConsentAddress("research_analytics"))
    for served in (other, serve(scene.member, elsewhere.notice)):
        with pytest.raises(NoticeNotServed):
            consent.grant_consent(
                member=scene.member.pk,
                address=PERSONALISATION,
                served=served.public_id,
                key=fresh_key(),
            )


def test_the_database_refuses_a_yes_on_what_was_served_to_somebody_else(scene):
    event = scene.grant()
    other = serve(make_member(), scene.notice)
    event.pk, event.sequence, event.served = None, 2, other
    event.prev_hash = event.hash
    refused = pytest.raises(IntegrityError, match="consent_event_of_served_subject")
    with refused, transaction.atomic():
        event.save(force_insert=True)


def test_a_major_change_blocks_until_the_member_says_yes_again(scene):
    scene.grant()
    earlier = serve(scene.member, scene.notice)
    minor = scene.release(body="我们按您的消费记录推荐优惠与活动。")
    assert (minor.version, minor.major, reason(scene)) == (2, 1, "allowed")
    major = scene.release(recipients="商圈运营方与短信服务商", is_major_change=True)
    assert (major.version, major.major, reason(scene)) == (3, 2, "stale_notice")
    assert may_ask(scene.member.pk, PERSONALISATION)
    with pytest.raises(NoticeReplaced):
        consent.grant_consent(
            member=scene.member.pk,
            address=PERSONALISATION,
            served=earlier.public_id,
            key=fresh_key(),
        )
    assert scene.grant(major).action == "reaffirm"
    assert reason(scene) == "allowed"


def test_a_text_of_the_future_changes_nothing_before_its_day(scene):
    scene.grant()
    scene.release(is_major_change=True, effective_from=clock.now() + timedelta(days=7))

    assert reason(scene) == "allowed"
    assert reason(scene, timedelta(days=8)) == "stale_notice"


def test_nobody_releases_a_text_of_their_own_nor_changes_a_released_one(scene):
    row = consent.propose_notice(
        purpose=Purpose.objects.get(key="personalisation"),
        channel="none",
        title="甲",
        body="乙",
        data_categories="丙",
        recipients="",
        retention="丁",
        is_major_change=False,
        by=scene.first,
        key=fresh_key(),
    )
    with pytest.raises(FourEyesNeeded):
        consent.approve_notice(proposal=row, by=scene.first)
    for notice in (row, scene.notice):
        with pytest.raises(IntegrityError), transaction.atomic():
            type(notice).objects.filter(pk=notice.pk).update(body="别的")


def test_a_denial_is_remembered_for_ninety_days(scene):
    assert may_ask(scene.member.pk, PERSONALISATION)
    scene.deny()
    assert reason(scene) == "denied"
    for days, asked in ((89, False), (90, True)):
        with clock.travel_to(clock.now() + timedelta(days=days, minutes=1)):
            assert may_ask(scene.member.pk, PERSONALISATION) is asked
    # What the member opens by itself may be set at once.
    scene.grant()
    assert reason(scene) == "allowed"


def test_under_fourteen_nothing_but_service(scene):
    scene.grant()
    consent.set_minor(member=scene.member.pk, is_minor=True, by=scene.first)
    assert reason(scene) == "minor"
    assert may(scene.member.pk, "service_notice", channel="inbox") == "allowed"
    assert not may_ask(scene.member.pk, PERSONALISATION)
    with pytest.raises(ConsentClosedToMinor):
        scene.grant()


def test_who_turns_out_to_be_under_fourteen_in_a_merger_is_told_to_listeners(scene, monkeypatch):
    source, ended = make_member(), []
    scene.grant()
    consent.set_minor(member=source.pk, is_minor=True, by=scene.first)
    monkeypatch.setattr(hooks, "_listeners", [ended.append])
    consent.merge_consents(source=source.pk, into=scene.member.pk)
    assert reason(scene) == "minor"
    assert [(note.member, note.action) for note in ended] == [(scene.member.pk, "minor")]


def test_location_ends_by_itself_after_a_year(db):
    scene = ConsentScene(address=ConsentAddress("location_scene"))
    scene.grant()
    assert reason(scene, timedelta(days=364)) == "allowed"
    assert reason(scene, timedelta(days=365, minutes=1)) == "no_consent"
    with clock.travel_to(clock.now() + timedelta(days=366)):
        assert (consent.expire_consents(), consent.expire_consents()) == (1, 0)
    assert ConsentEvent.objects.latest("pk").action == "expire"


def test_sharing_is_of_one_merchant(db):
    merchant, other = make_store().merchant_id, make_store().merchant_id
    scene = ConsentScene(address=ConsentAddress("share_with_merchant", merchant))
    scene.grant()

    assert may(scene.member.pk, "share_with_merchant", merchant=merchant) == "allowed"
    assert may(scene.member.pk, "share_with_merchant", merchant=other) == "no_consent"


def test_what_listens_ends_with_the_consent_or_not_at_all(scene, monkeypatch):
    ended = []
    monkeypatch.setattr(hooks, "_listeners", [ended.append])
    scene.grant()
    assert ended == []
    scene.withdraw()
    assert [(note.member, note.address, note.action) for note in ended] == [
        (scene.member.pk, PERSONALISATION, "withdraw")
    ]
    scene.grant()

    def refuse(note):
        raise RuntimeError

    monkeypatch.setattr(hooks, "_listeners", [refuse])
    with pytest.raises(RuntimeError):
        scene.withdraw()
    assert reason(scene) == "allowed"


def test_a_repeated_request_is_one_event(scene):
    key = Key.of("member", "k1", switch="personalisation")
    first = consent.deny_consent(member=scene.member.pk, address=PERSONALISATION, key=key)
    scene.grant()

    assert consent.deny_consent(member=scene.member.pk, address=PERSONALISATION, key=key) == first
    assert reason(scene) == "allowed"
    with pytest.raises(KeyReused):
        consent.deny_consent(
            member=scene.member.pk, address=PERSONALISATION, key=Key.of("member", "k1", switch="x")
        )


@pytest.mark.parametrize("table", ["consent_consentevent", "consent_noticeserved"])
@pytest.mark.parametrize(
    "statement", ["update {} set at = now()", "delete from {}", "truncate {} cascade"]
)
def test_raw_sql_changes_no_evidence(scene, table, statement):
    scene.grant()
    with connection.cursor() as cursor:
        # Pending checks of foreign keys would refuse a truncation before the trigger does.
        cursor.execute("set constraints all immediate")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize(
    "tampering",
    [
        "update consent_consentevent set at = at + interval '1 second' where sequence = 1",
        "update consent_consentevent set action = 'deny' where sequence = 2",
        "delete from consent_currentconsent; delete from consent_consentevent where sequence = 2",
        "delete from consent_currentconsent; delete from consent_consentevent where sequence = 1",
    ],
)
def test_the_command_finds_a_chain_that_was_tampered_with(scene, capsys, tampering):
    scene.grant()
    scene.withdraw()
    call_command("verify_consents")
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table consent_consentevent disable trigger user")
        cursor.execute(tampering)
    with pytest.raises(CommandError):
        call_command("verify_consents")
    assert str(ConsentSubject.objects.get(member=scene.member).uuid) in capsys.readouterr().out


@pytest.mark.breaks_the_ledger
def test_current_consents_are_rebuilt_from_the_events(scene, capsys):
    scene.grant()
    call_command("rebuild_consents")
    CurrentConsent.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("rebuild_consents")
    call_command("rebuild_consents", "--repair")
    call_command("rebuild_consents")
    assert reason(scene) == "allowed"


def test_events_stay_when_the_identity_goes(scene):
    scene.grant()
    ConsentSubject.objects.update(member=None)
    call_command("verify_consents")
    assert reason(scene) == "no_consent"
    assert ConsentEvent.objects.count() == 1


@pytest.mark.parametrize(
    ("of_source", "of_into", "expected"),
    [
        ("grant", "grant", "allowed"),
        ("withdraw", "grant", "withdrawn"),
        ("deny", "grant", "denied"),
        ("grant", "deny", "denied"),
        ("grant", None, "no_consent"),
        (None, "grant", "allowed"),
        ("deny", None, "denied"),
    ],
)
def test_of_two_members_who_become_one_the_stricter_choice_holds(
    scene, of_source, of_into, expected
):
    source = make_member()
    for act, member in ((of_source, source), (of_into, scene.member)):
        if act:
            getattr(scene, act)(member=member)
    consent.merge_consents(source=source.pk, into=scene.member.pk)
    assert reason(scene) == expected
    assert may(source.pk, "personalisation") != "allowed"
    assert consent.merge_consents(source=source.pk, into=scene.member.pk) == 0
    scene.grant()
    # A late repetition does not take back what the member said since.
    consent.merge_consents(source=source.pk, into=scene.member.pk)
    assert reason(scene) == "allowed"


def test_one_query_for_one_member_and_for_many(scene, django_assert_num_queries):
    scene.grant()
    others = [make_member().pk for _ in range(5)]
    with django_assert_num_queries(1):
        may(scene.member.pk, "personalisation")
    with django_assert_num_queries(1):
        found = reasons([scene.member.pk, *others], PERSONALISATION)
    assert found == {scene.member.pk: "allowed"} | dict.fromkeys(others, "no_consent")


def _race_of_yes_and_no(rounds=4):
    """How many acts of a yes and a no at the same instant failed."""
    scene = ConsentScene()
    served = serve(scene.member, scene.notice).public_id

    def grant():
        return consent.grant_consent(
            member=scene.member.pk, address=PERSONALISATION, served=served, key=fresh_key()
        )

    failed = 0
    for _ in range(rounds):
        failed += sum(isinstance(end, Exception) for end in race(*[grant, scene.withdraw] * 3))
    return failed


def test_a_yes_and_a_no_at_once_come_one_after_the_other(real_db):
    assert _race_of_yes_and_no() == 0
    call_command("verify_consents")
    call_command("rebuild_consents")


def test_without_the_lock_of_the_subject_they_collide(real_db, monkeypatch):
    def unlocked(member):
        ConsentSubject.objects.bulk_create(
            [ConsentSubject(member_id=member)], ignore_conflicts=True
        )
        return ConsentSubject.objects.get(member=member)

    monkeypatch.setattr("district.consent.services.choices.lock_subject", unlocked)
    assert _race_of_yes_and_no() > 0
