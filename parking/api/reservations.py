"""/api/v1/me/parking: a member's reservations, and what the member's record brings."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.http.api import cached_serializer, cursor_page
from district.members.api.base import ShopperView
from parking import errors
from parking import services as parking
from parking.api import examples_reservations as examples
from parking.api.record_texts import record_body
from parking.api.schemas_reservations import (
    ChangeIn,
    ContestIn,
    ParkingRecordOut,
    ReservationIn,
    ReservationOut,
    ReservationPage,
)
from parking.arrears_errors import ArrearsUnpaid
from parking.models import Reservation
from parking.queries.reservable import pool_to_reserve
from parking.queries.reservations import reservation_of, reservations_of, shopper_record
from parking.queries.wanted_place import wanted_place
from parking.reservations.windows import Window

_WINDOW_REFUSALS = (
    errors.CarParkNotOpen,
    errors.NotReservable,
    errors.PlateReservedAlready,
    errors.ReservationFull,
    errors.WindowInvalid,
)
_EXAMPLE = OpenApiExample("example", examples.RESERVATION, response_only=True)


def _out(reservation: Reservation) -> Any:
    return cached_serializer(ReservationOut).to_representation(reservation)


def _window(asked: dict[str, Any]) -> Window:
    return Window(asked["starts_at"], asked["ends_at"])


class MyReservations(ShopperView):
    """/api/v1/me/parking/reservations: the newest first; a POST reserves a place.

    When the pool is full, the answer `reservation_full` names `windows` of this pool and `car_parks` that fit.
    """

    refusals = (
        *ShopperView.refusals,
        *_WINDOW_REFUSALS,
        NotFound,
        ArrearsUnpaid,
        errors.TooManyReservations,
        errors.VehicleRemoved,
    )

    @extend_schema(
        operation_id="my_parking_reservations",
        summary="我的车位预约",
        responses=ReservationPage,
        tags=["parking"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        rows = reservations_of(self.member)
        return Response(cursor_page(request, rows, order=["-id"], render=_out))

    @extend_schema(
        operation_id="reserve_parking",
        summary="预约车位",
        request=ReservationIn,
        responses={201: ReservationOut},
        examples=[
            OpenApiExample("an hour", examples.RESERVE, request_only=True),
            OpenApiExample(
                "confirmed", examples.RESERVATION, response_only=True, status_codes=["201"]
            ),
        ],
        tags=["parking"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(ReservationIn)
        key = self.idempotency_key(f"member:{self.member.pk}:parking_reservation", **asked)
        pool, vehicle = wanted_place(self.member, pool=asked["pool"], vehicle=asked["vehicle"])
        made = parking.reserve_place(
            pool=pool,
            vehicle=vehicle,
            window=_window(asked),
            hold=asked["hold"],
            key=key,
        )
        return Response(_out(made), status.HTTP_201_CREATED)


class _ReservationView(ShopperView):
    """A state is reached once, however often it is asked for, so no key is needed."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, errors.ReservationNotOpen)

    def found(self, public_id: str) -> Reservation:
        return reservation_of(self.member, public_id)


class MyReservation(ShopperView):
    """GET /api/v1/me/parking/reservations/{reservation}"""

    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_parking_reservation",
        summary="预约详情",
        responses=ReservationOut,
        examples=[_EXAMPLE],
        tags=["parking"],
    )
    def get(self, request: Request, reservation: str) -> Response:
        return Response(_out(reservation_of(self.member, reservation)))


class ConfirmReservation(_ReservationView):
    """POST …/confirm: takes a hold without a deposit for good."""

    refusals = (*_ReservationView.refusals, errors.DepositUnpaid)

    @extend_schema(
        operation_id="confirm_parking_reservation",
        summary="确认预约",
        request=None,
        responses={200: ReservationOut},
        tags=["parking"],
    )
    def post(self, request: Request, reservation: str) -> Response:
        return Response(_out(parking.confirm_reservation(reservation=self.found(reservation))))


class CancelReservation(_ReservationView):
    """POST …/cancel: the deposit goes back until `free_cancel_until`."""

    @extend_schema(
        operation_id="cancel_parking_reservation",
        summary="取消预约",
        request=None,
        responses={200: ReservationOut},
        tags=["parking"],
    )
    def post(self, request: Request, reservation: str) -> Response:
        return Response(_out(parking.cancel_reservation(reservation=self.found(reservation))))


class ChangeReservation(_ReservationView):
    """POST …/change: another window, or another pool of the same operator; the deposit stays."""

    refusals = (*_ReservationView.refusals, *_WINDOW_REFUSALS, errors.BayReserved)

    @extend_schema(
        operation_id="change_parking_reservation",
        summary="更改预约",
        request=ChangeIn,
        responses={200: ReservationOut},
        examples=[OpenApiExample("half an hour later", examples.CHANGE, request_only=True)],
        tags=["parking"],
    )
    def post(self, request: Request, reservation: str) -> Response:
        asked = self.request_data(ChangeIn)
        found = self.found(reservation)
        pool = pool_to_reserve(asked.get("pool", found.pool.public_id))
        changed = parking.change_reservation(reservation=found, window=_window(asked), pool=pool)
        return Response(_out(changed))


class ContestNoShow(_ReservationView):
    """POST …/contest: within seven days of a no-show; an operator looks at it."""

    refusals = (*_ReservationView.refusals, errors.ContestTooLate)

    @extend_schema(
        operation_id="contest_parking_no_show",
        summary="申诉未到场",
        request=ContestIn,
        responses={200: ReservationOut},
        examples=[OpenApiExample("example", examples.CONTEST, request_only=True)],
        tags=["parking"],
    )
    def post(self, request: Request, reservation: str) -> Response:
        asked = self.request_data(ContestIn)
        found = self.found(reservation)
        parking.contest_no_show(reservation=found, statement=asked["statement"])
        return Response(_out(found))


class MyParkingRecord(ShopperView):
    """GET /api/v1/me/parking/record: what counts, and what it brings."""

    @extend_schema(
        operation_id="my_parking_record",
        summary="我的停车信用权益",
        responses=ParkingRecordOut,
        examples=[OpenApiExample("example", examples.RECORD, response_only=True)],
        tags=["parking"],
    )
    def get(self, request: Request) -> Response:
        record = shopper_record(self.member, clock.now())
        return Response(ParkingRecordOut(record_body(record)).data)
