"""Plates that members register."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from district.kernel.errors import NotFound, ProposalDecided
from district.members import services as members
from district.members.models import MemberKey
from parking import errors
from parking import services as parking
from parking.models import PlateDispute, Reservation, Vehicle
from parking.queries.vehicles import masked_plate, plate_of, vehicle_of
from tests.factories.members import make_member, make_operator
from tests.factories.parking import (
    fresh_key,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
)

pytestmark = pytest.mark.django_db


def test_a_plate_is_registered_once_per_key_and_in_any_spelling():
    member, key = make_member(), fresh_key()

    first = parking.register_vehicle(member=member, plate="浙a·12345", key=key)

    assert parking.register_vehicle(member=member, plate="浙a·12345", key=key) == first
    assert make_vehicle(member, "浙A 12345") == first
    assert (first.public_id[:4], first.colour, first.kind, first.is_default) == (
        "veh_", "blue", "standard", True,
    )  # fmt: skip


def test_a_plate_is_sealed_and_masked():
    vehicle = make_vehicle(plate="浙AD12345")

    assert (plate_of(vehicle), masked_plate(vehicle)) == ("浙AD12345", "浙A***45")
    assert b"12345" not in bytes(vehicle.plate_sealed)
    MemberKey.objects.filter(member=vehicle.member).delete()
    assert masked_plate(Vehicle.objects.get(pk=vehicle.pk)) == ""


@pytest.mark.parametrize(
    ("plate", "problem"), [("", "empty"), ("你好世界你好吗", "province"), ("浙A1234O", "serial")]
)
def test_nonsense_is_no_plate(plate, problem):
    with pytest.raises(errors.PlateInvalid) as refused:
        parking.register_vehicle(member=make_member(), plate=plate, key=fresh_key())

    assert refused.value.facts == {"problem": problem}


def test_a_plate_is_one_members_and_another_colour_is_another_plate():
    make_vehicle(plate="浙A12345")
    other = make_member("小王")

    with pytest.raises(errors.PlateTaken):
        make_vehicle(other, "浙A12345")
    assert make_vehicle(other, "浙A12345", "yellow").member == other


def test_five_plates_a_member():
    member = make_member()
    for number in range(5):
        make_vehicle(member, f"浙B1000{number}")

    with pytest.raises(errors.TooManyVehicles):
        make_vehicle(member, "浙B20000")


def test_one_plate_is_the_default():
    member = make_member()
    first, second = make_vehicle(member), make_vehicle(member)

    parking.set_default_vehicle(vehicle=second)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_default, second.is_default) == (False, True)


def test_a_plate_that_was_removed_may_be_anybodys():
    vehicle = make_vehicle(plate="浙A12345")

    parking.remove_vehicle(vehicle=vehicle)
    parking.remove_vehicle(vehicle=vehicle)

    assert make_vehicle(make_member("小王"), "浙A12345").is_default
    with pytest.raises(NotFound):
        vehicle_of(vehicle.member, vehicle.public_id)


def test_a_plate_with_a_reservation_is_not_removed():
    vehicle = make_vehicle()
    make_reservation(make_reservable_pool(), vehicle)

    with pytest.raises(errors.VehicleReserved):
        parking.remove_vehicle(vehicle=vehicle)


def test_nobody_else_sees_a_vehicle():
    with pytest.raises(NotFound):
        vehicle_of(make_member("小王"), make_vehicle().public_id)


def dispute(vehicle, claimant, **terms):
    return parking.dispute_plate(
        member=claimant,
        plate=plate_of(vehicle),
        statement="行驶证在我名下",
        key=fresh_key(),
        **terms,
    )


def test_a_disputed_plate_is_move_plateed_to_who_has_the_papers():
    vehicle, claimant = make_vehicle(plate="浙A12345"), make_member("小王")
    opened = dispute(vehicle, claimant)
    assert dispute(vehicle, claimant) == opened

    parking.decide_dispute(dispute=opened, uphold=True, by=make_operator())

    (upheld,) = Vehicle.objects.filter(member=claimant)
    vehicle.refresh_from_db()
    assert (plate_of(upheld), upheld.verified_at is not None) == ("浙A12345", True)
    assert (vehicle.removed_at is not None, vehicle.is_default) == (True, False)
    with pytest.raises(ProposalDecided):
        parking.decide_dispute(dispute=opened, uphold=False, by=make_operator("b"))


def test_a_dispute_that_is_rejected_changes_nothing():
    vehicle, claimant = make_vehicle(), make_member("小王")

    decided = parking.decide_dispute(
        dispute=dispute(vehicle, claimant), uphold=False, by=make_operator()
    )

    assert decided.state == PlateDispute.State.REJECTED
    assert Vehicle.objects.get(removed_at=None) == vehicle


def test_only_what_another_one_registered_is_disputed():
    vehicle = make_vehicle()

    with pytest.raises(errors.DisputePointless):
        dispute(vehicle, vehicle.member)


def test_an_move_plate_waits_for_open_reservations():
    vehicle = make_vehicle()
    make_reservation(make_reservable_pool(), vehicle)
    opened = dispute(vehicle, make_member("小王"))

    with pytest.raises(errors.VehicleReserved), transaction.atomic():
        parking.decide_dispute(dispute=opened, uphold=True, by=make_operator())
    opened.refresh_from_db()
    assert opened.state == "open"


def test_the_plates_of_a_merged_member_go_along():
    old, new = make_member("旧"), make_member("新")
    vehicle = make_vehicle(old, "浙A12345")
    reservation = make_reservation(make_reservable_pool(), vehicle)
    make_vehicle(new, "浙B12345")
    members.absorb_member(source=old, into=new, reason="同一人", by=make_operator())

    parking.move_vehicles(source=old.pk, into=new.pk)
    assert parking.move_vehicles(source=old.pk, into=new.pk) == 0

    moved = Vehicle.objects.get(pk=vehicle.pk)
    assert (moved.member, plate_of(moved), moved.is_default) == (new, "浙A12345", False)
    assert Reservation.objects.get(pk=reservation.pk).member == new


@pytest.mark.parametrize(
    ("change", "promise"),
    [
        ({"plate_hash": b"short"}, "vehicle_plate_is_hashed_and_sealed"),
        ({"plate_sealed": b""}, "vehicle_plate_is_hashed_and_sealed"),
        ({"colour": "pink"}, "vehicle_of_known_colour"),
    ],
)
def test_the_table_refuses_what_no_verb_writes(change, promise):
    vehicle = make_vehicle()
    with pytest.raises(IntegrityError, match=promise), transaction.atomic():
        Vehicle.objects.filter(pk=vehicle.pk).update(**change)


def test_a_removed_vehicle_is_no_default():
    vehicle = make_vehicle()
    removed = vehicle.registered_at + timedelta(minutes=1)

    with (
        pytest.raises(IntegrityError, match="vehicle_removed_is_no_default"),
        transaction.atomic(),
    ):
        Vehicle.objects.filter(pk=vehicle.pk).update(removed_at=removed)
