"""/api/v1/me/parking/stays/{stay}/place and /me/parking/note: find my car (反向寻车), for whom the car is."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.errors import NotFound, PictureRefused, TooManyRequests
from district.kernel.http import pictures, rate_limits
from district.kernel.http.uploads import FormWithFileParser, NotAForm
from district.members.api.base import ShopperView
from parking import services as parking
from parking.api import examples_locations as examples
from parking.api.schemas_locations import CarLocationOut, CarNoteIn, FreeNoteIn, NotePhotoIn
from parking.errors import StayNotInState
from parking.models import Stay
from parking.queries.car_parks import car_park as car_park_with
from parking.queries.locations import FoundCar, find_car, find_noted, picture_of_note
from parking.queries.stays import stay_of

_JPEG = {(200, "image/jpeg"): OpenApiTypes.BINARY}


class StayPlace(ShopperView):
    """Where the car of a stay stands; a PUT writes down where one has left it.

    Only whose stay it is sees it: of a vehicle whose papers somebody saw, or of the ticket.
    """

    keyed = False
    refusals = (*ShopperView.refusals, NotFound, StayNotInState)

    @extend_schema(
        operation_id="find_my_car",
        summary="反向寻车：我的车停在哪里",
        tags=["parking"],
        responses=CarLocationOut,
        examples=[OpenApiExample("example", examples.LOCATION, response_only=True)],
    )
    def get(self, request: Request, stay: str) -> Response:
        found = stay_of(self.member, stay)
        return Response(_location_out(find_car(self.member, found, clock.now())))

    @extend_schema(
        operation_id="note_my_car",
        summary="记录停车位置",
        tags=["parking"],
        request=CarNoteIn,
        responses=CarLocationOut,
        examples=[
            OpenApiExample("note", examples.NOTE, request_only=True),
            OpenApiExample("example", examples.NOTED, response_only=True),
        ],
    )
    def put(self, request: Request, stay: str) -> Response:
        asked = self.request_data(CarNoteIn)
        found = _require_open(stay_of(self.member, stay))
        parking.write_note(member=self.member, stay=found, **asked)
        return Response(_location_out(find_car(self.member, found, clock.now())))


class FreeNote(ShopperView):
    """What one wrote down where no gate knows the car: one note, which is deleted after a week."""

    keyed = False
    refusals = (*ShopperView.refusals, NotFound)

    @extend_schema(
        operation_id="my_parking_note",
        summary="我的停车备忘",
        tags=["parking"],
        responses=CarLocationOut,
        examples=[OpenApiExample("example", examples.NOTED, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        return Response(_location_out(find_noted(self.member, clock.now())))

    @extend_schema(
        operation_id="write_parking_note",
        summary="写停车备忘",
        tags=["parking"],
        request=FreeNoteIn,
        responses=CarLocationOut,
        examples=[
            OpenApiExample("note", examples.FREE_NOTE, request_only=True),
            OpenApiExample("example", examples.NOTED, response_only=True),
        ],
    )
    def put(self, request: Request) -> Response:
        asked = self.request_data(FreeNoteIn)
        place = asked.pop("car_park", None)
        parking.write_note(
            member=self.member,
            stay=None,
            car_park=car_park_with(place) if place else None,
            **asked,
        )
        return Response(_location_out(find_noted(self.member, clock.now())))


class _PhotoView(ShopperView):
    """A form with one file `photo`, as `wx.uploadFile` sends it. It replaces the one before, so no key is needed.

    The picture is drawn anew, without position or other data, and sealed with the member's key.
    """

    keyed = False
    parser_classes = [FormWithFileParser]
    unreadable = NotAForm
    refusals = (
        *ShopperView.refusals,
        NotFound,
        PictureRefused,
        StayNotInState,
        TooManyRequests,
    )

    def keep(self, stay: Stay | None) -> FoundCar:
        upload = self.request_data(NotePhotoIn)["photo"]
        # Of each note apart, so that a busy day takes no photograph away from the next car.
        rate_limits.hit("parking_photo_member", (self.member.pk, stay.pk if stay else None))
        picture = pictures.redraw(upload)
        parking.keep_note_picture(member=self.member, stay=stay, picture=picture)
        now = clock.now()
        return find_car(self.member, stay, now) if stay else find_noted(self.member, now)

    def show(self, stay: Stay | None) -> HttpResponse:
        return HttpResponse(picture_of_note(self.member, stay), content_type="image/jpeg")


class StayPlacePhoto(_PhotoView):
    @extend_schema(
        operation_id="my_car_photo", summary="停车位置照片", tags=["parking"], responses=_JPEG
    )
    def get(self, request: Request, stay: str) -> HttpResponse:
        return self.show(stay_of(self.member, stay))

    @extend_schema(
        operation_id="photograph_my_car",
        summary="拍照记录停车位置",
        tags=["parking"],
        request=NotePhotoIn,
        responses=CarLocationOut,
        examples=[OpenApiExample("example", examples.NOTED, response_only=True)],
    )
    def post(self, request: Request, stay: str) -> Response:
        return Response(_location_out(self.keep(_require_open(stay_of(self.member, stay)))))


class FreeNotePhoto(_PhotoView):
    refusals = tuple(refusal for refusal in _PhotoView.refusals if refusal is not StayNotInState)

    @extend_schema(
        operation_id="parking_note_photo", summary="停车备忘照片", tags=["parking"], responses=_JPEG
    )
    def get(self, request: Request) -> HttpResponse:
        return self.show(None)

    @extend_schema(
        operation_id="photograph_parking_note",
        summary="拍照写停车备忘",
        tags=["parking"],
        request=NotePhotoIn,
        responses=CarLocationOut,
        examples=[OpenApiExample("example", examples.NOTED, response_only=True)],
    )
    def post(self, request: Request) -> Response:
        return Response(_location_out(self.keep(None)))


def _require_open(stay: Stay) -> Stay:
    """Raises StayNotInState for a car that has left."""
    if stay.left_at is not None:
        raise StayNotInState
    return stay


def _location_out(found: FoundCar) -> Any:
    location, car_park, position = found.location, found.car_park, found.position
    body = {
        "car_park": car_park,
        "reported_by": location.source if location else None,
        "floor": location.floor if location else "",
        "zone": location.zone if location else "",
        "bay": location.bay if location else "",
        "observed_at": location.observed_at if location else None,
        "age_minutes": found.age_minutes,
        "directions": _directions(found),
        "map": position
        and car_park
        and {
            "latitude": round(position.latitude, 6),
            "longitude": round(position.longitude, 6),
            "name": car_park.name,
            "address": car_park.address,
        },
        "note": found.note,
        "has_photo": found.has_photo,
    }
    return CarLocationOut(body).data


def _directions(found: FoundCar) -> str:
    """For the member to read: the car park, the floor, the zone and the bay, as far as they are known."""
    name = found.car_park.name if found.car_park else ""
    location = found.location
    if location is None:
        if not name:
            return _("还没有楼层与区域的记录。")
        return _("车在{car_park}，还没有楼层与区域的记录。").format(car_park=name)
    words = " ".join(word for word in (name, location.floor, location.zone) if word)
    if not location.bay:
        return _("车停在{place}。").format(place=words)
    if not words:
        return _("车停在车位 {bay}。").format(bay=location.bay)
    return _("车停在{place}，车位 {bay}。").format(place=words, bay=location.bay)
