"""/api/v1/me/vehicles: the plates of a member. Nobody learns anything here of a plate that is another member's."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound, TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer
from district.members.api.base import ShopperView
from parking import errors
from parking import services as parking
from parking.api import examples_reservations as examples
from parking.api.schemas_reservations import (
    PlateDisputeIn,
    PlateDisputeOut,
    VehicleIn,
    VehicleList,
    VehicleOut,
)
from parking.models import Vehicle
from parking.queries.vehicles import vehicle_of, vehicles_of
from parking.wechat_parking.plates import ask_plate_anew

_EXAMPLE = OpenApiExample("example", examples.VEHICLE, response_only=True)


def _out(vehicle: Vehicle) -> Any:
    return cached_serializer(VehicleOut).to_representation(vehicle)


class MyVehicles(ShopperView):
    """/api/v1/me/vehicles: the default one first; a POST registers a plate."""

    refusals = (
        *ShopperView.refusals,
        TooManyRequests,
        errors.PlateInvalid,
        errors.PlateTaken,
        errors.TooManyVehicles,
    )

    @extend_schema(
        operation_id="my_vehicles",
        summary="我的车辆",
        responses=VehicleList,
        tags=["parking"],
    )
    def get(self, request: Request) -> Response:
        rows = vehicles_of(self.member).order_by("-is_default", "pk")
        return Response(
            {"results": [_out(row) for row in rows.select_related("member__key", "wechat_plate")]}
        )

    @extend_schema(
        operation_id="register_vehicle",
        summary="添加车辆",
        request=VehicleIn,
        responses={201: VehicleOut},
        examples=[
            OpenApiExample("new energy", examples.VEHICLE_IN, request_only=True),
            OpenApiExample("example", examples.VEHICLE, response_only=True, status_codes=["201"]),
        ],
        tags=["parking"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(VehicleIn)
        # Whether a plate is registered is not to be tried out.
        rate_limits.hit("register_plate_member", self.member.pk)
        vehicle = parking.register_vehicle(
            member=self.member,
            key=self.idempotency_key(f"member:{self.member.pk}:vehicle", **asked),
            **asked,
        )
        return Response(_out(vehicle), status.HTTP_201_CREATED)


class MyVehicle(ShopperView):
    """DELETE /api/v1/me/vehicles/{vehicle}: the plate is nobody's again."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, errors.VehicleReserved)

    @extend_schema(
        operation_id="remove_vehicle", summary="移除车辆", responses={204: None}, tags=["parking"]
    )
    def delete(self, request: Request, vehicle: str) -> Response:
        parking.remove_vehicle(vehicle=vehicle_of(self.member, vehicle))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DefaultVehicle(ShopperView):
    """POST /api/v1/me/vehicles/{vehicle}/default"""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="set_default_vehicle",
        summary="设为默认车辆",
        request=None,
        responses={200: VehicleOut},
        examples=[_EXAMPLE],
        tags=["parking"],
    )
    def post(self, request: Request, vehicle: str) -> Response:
        chosen = parking.set_default_vehicle(vehicle=vehicle_of(self.member, vehicle))
        return Response(_out(chosen))


class AskWechatAnew(ShopperView):
    """POST /api/v1/me/vehicles/{vehicle}/wechat-parking: the phone comes back from WeChat's pages; WeChat is asked soon."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, TooManyRequests)

    @extend_schema(
        operation_id="ask_wechat_parking_anew",
        summary="重新查询微信停车服务",
        request=None,
        responses={200: VehicleOut},
        examples=[_EXAMPLE],
        tags=["parking"],
    )
    def post(self, request: Request, vehicle: str) -> Response:
        found = vehicle_of(self.member, vehicle)
        rate_limits.hit("ask_wechat_member", self.member.pk)
        ask_plate_anew(vehicle=found)
        return Response(_out(found))


class PlateDisputes(ShopperView):
    """POST /api/v1/me/vehicles/disputes: a plate that somebody else registered is mine; an operator asks for the papers."""

    refusals = (
        *ShopperView.refusals,
        TooManyRequests,
        errors.DisputePointless,
        errors.PlateInvalid,
    )

    @extend_schema(
        operation_id="dispute_plate",
        summary="车牌争议",
        request=PlateDisputeIn,
        responses={201: PlateDisputeOut},
        examples=[
            OpenApiExample("request", examples.DISPUTE_IN, request_only=True),
            OpenApiExample("example", examples.DISPUTE, response_only=True, status_codes=["201"]),
        ],
        tags=["parking"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(PlateDisputeIn)
        rate_limits.hit("dispute_plate_member", self.member.pk)
        dispute = parking.dispute_plate(
            member=self.member,
            key=self.idempotency_key(f"member:{self.member.pk}:plate_dispute", **asked),
            **asked,
        )
        return Response(
            cached_serializer(PlateDisputeOut).to_representation(dispute), status.HTTP_201_CREATED
        )
