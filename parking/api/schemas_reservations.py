"""What a member says of plates and reservations, and hears."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import IdField, InstantField, TextField
from parking.api.wechat_texts import wechat_plate_body
from parking.models import NoShowContest, PlateDispute, Pool, Reservation, Vehicle, WechatPlate
from parking.queries.vehicles import masked_plate, plate_of
from parking.reservations.record import RecordFact

_LONGEST_PLATE = 20


class VehicleIn(serializers.Serializer[Any]):
    plate = TextField(max_length=_LONGEST_PLATE, help_text="In any spelling: `浙a·12345`.")
    colour = serializers.ChoiceField(
        required=False,
        choices=Vehicle.Colour.choices,
        help_text="The usual one of such plates where it is left out.",
    )


class PlateDisputeIn(VehicleIn):
    statement = TextField(max_length=300, help_text="Why the plate is yours.")


class WechatPlateOut(serializers.Serializer[Any]):
    """微信支付分停车: a car that is inside may be blocked though its plate is served; `text` says so."""

    state = serializers.ChoiceField(choices=WechatPlate.State.choices)
    text = serializers.CharField()


class VehicleOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    plate = serializers.SerializerMethodField(help_text="Empty where it cannot be read any more.")
    colour = serializers.ChoiceField(choices=Vehicle.Colour.choices)
    kind = serializers.ChoiceField(choices=Vehicle.Kind.choices)
    is_default = serializers.BooleanField()
    is_verified = serializers.SerializerMethodField(
        help_text="Whether somebody looked at the driving licence."
    )

    wechat_parking = serializers.SerializerMethodField(
        help_text="Whether WeChat charges for the plate after it left; in words, with what to do about it."
    )

    @extend_schema_field(WechatPlateOut)
    def get_wechat_parking(self, vehicle: Vehicle) -> dict[str, str]:
        return wechat_plate_body(vehicle)

    def get_plate(self, vehicle: Vehicle) -> str:
        return plate_of(vehicle)

    def get_is_verified(self, vehicle: Vehicle) -> bool:
        return vehicle.verified_at is not None


class VehicleList(serializers.Serializer[Any]):
    results = VehicleOut(many=True)


class PlateDisputeOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=PlateDispute.State.choices)
    opened_at = InstantField()


class WindowIn(serializers.Serializer[Any]):
    """On the quarters of an hour, half open."""

    starts_at = InstantField()
    ends_at = InstantField()


class ReservationIn(WindowIn):
    pool = IdField("pol")
    vehicle = IdField("veh")
    hold = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Only keep the place for some minutes, to be confirmed. One with a deposit is kept until it is paid.",
    )


class ChangeIn(WindowIn):
    pool = IdField("pol", required=False, help_text="Another pool of the same operator.")


class ContestIn(serializers.Serializer[Any]):
    statement = TextField(max_length=300, help_text="When the car came, and what happened.")


class ReservationOut(serializers.Serializer[Any]):
    """`deposit_order` is paid by `/me/payments/{order}/pay`; the reservation is confirmed when the money has come."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=Reservation.State.choices)
    car_park = serializers.CharField(source="pool.car_park.public_id")
    car_park_name = serializers.CharField(source="pool.car_park.name")
    pool = serializers.CharField(source="pool.public_id")
    bay_class = serializers.ChoiceField(source="pool.bay_class", choices=Pool.BayClass.choices)
    bay = serializers.CharField(source="bay.number", allow_null=True, default=None)
    vehicle = serializers.CharField(source="vehicle.public_id")
    plate = serializers.SerializerMethodField(help_text="Masked.")
    starts_at = InstantField()
    ends_at = InstantField()
    hold_expires_at = InstantField(allow_null=True)
    free_cancel_until = InstantField()
    admitted_from = InstantField()
    late_until = InstantField(help_text="Until when the place waits for the car.")
    deposit_fen = serializers.IntegerField()
    deposit_order = serializers.CharField(source="order.public_id", allow_null=True, default=None)
    arrived_at = InstantField(allow_null=True)
    stay = serializers.CharField(
        source="stay.public_id",
        allow_null=True,
        default=None,
        help_text="The car's stay, where a gate read it.",
    )
    ended_at = InstantField(allow_null=True)
    reason = serializers.CharField()
    contest = serializers.SerializerMethodField(
        help_text="What became of the member's objection to a no-show; none where there is none."
    )

    def get_plate(self, reservation: Reservation) -> str:
        return masked_plate(reservation.vehicle)

    def get_contest(self, reservation: Reservation) -> str | None:
        if reservation.state != Reservation.State.NO_SHOW:
            return None
        contest = NoShowContest.objects.filter(reservation=reservation).first()
        return contest.state if contest else None


class ReservationPage(serializers.Serializer[Any]):
    results = ReservationOut(many=True)
    next = serializers.CharField(allow_null=True)


class RecordLineOut(serializers.Serializer[Any]):
    fact = serializers.ChoiceField(choices=[fact.value for fact in RecordFact])
    text = serializers.CharField(help_text="In words.")
    count = serializers.IntegerField()
    needed = serializers.IntegerField()
    is_met = serializers.BooleanField()


class ParkingRecordOut(serializers.Serializer[Any]):
    """信用权益: what counts of the last 180 days, and what follows."""

    is_good = serializers.BooleanField()
    needs_deposit = serializers.BooleanField(help_text="Whether a deposit is asked for.")
    pays_after_leaving = serializers.BooleanField()
    lines = RecordLineOut(many=True)
