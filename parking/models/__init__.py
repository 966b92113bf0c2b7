"""Car parks and what is known of them: the register, free places, tariffs, plates, reservations and stays."""

from parking.models.arrears import Arrears, ArrearsReminder, ArrearsWriteOff
from parking.models.availability import (
    FeedKey,
    LiveOccupancy,
    OccupancyFeed,
    OccupancyReading,
    RefusedReading,
)
from parking.models.closings import CarParkClosing, ClosedOutReservation
from parking.models.contests import NoShowContest
from parking.models.fee_refunds import FeeRefund, FeeRefundPart, FeeRefundProposal
from parking.models.fees import FeeTender, ParkingQuote
from parking.models.imports import CarParkImport
from parking.models.locations import BayReport, ParkingNote, ParkingNotePicture
from parking.models.lookups import PlateLookup
from parking.models.register import (
    CarPark,
    CarParkEntrance,
    CarParkFloor,
    CarParkHours,
    CarParkZone,
    Pool,
)
from parking.models.reratings import ReratedStay, Rerating, ReratingJob
from parking.models.reservations import (
    Bay,
    PoolSlot,
    Reservation,
    ReservationPolicy,
)
from parking.models.shadow_reports import ShadowReport
from parking.models.stays import GateEvent, PlateCorrection, RefusedGateEvent, Stay
from parking.models.tariffs import Tariff, TariffVersion
from parking.models.tickets import ParkingTicket
from parking.models.validations import MinuteValidation, ValidationRule
from parking.models.vehicles import PlateDispute, Vehicle
from parking.models.wechat_parking import (
    WechatCharge,
    WechatEntry,
    WechatExchange,
    WechatPlate,
)

__all__ = [
    "Arrears",
    "ArrearsReminder",
    "ArrearsWriteOff",
    "Bay",
    "BayReport",
    "CarPark",
    "CarParkClosing",
    "CarParkEntrance",
    "CarParkFloor",
    "CarParkHours",
    "CarParkImport",
    "CarParkZone",
    "ClosedOutReservation",
    "FeeRefund",
    "FeeRefundPart",
    "FeeRefundProposal",
    "FeeTender",
    "FeedKey",
    "GateEvent",
    "LiveOccupancy",
    "MinuteValidation",
    "NoShowContest",
    "OccupancyFeed",
    "OccupancyReading",
    "ParkingNote",
    "ParkingNotePicture",
    "ParkingQuote",
    "ParkingTicket",
    "PlateCorrection",
    "PlateDispute",
    "PlateLookup",
    "Pool",
    "PoolSlot",
    "RefusedGateEvent",
    "RefusedReading",
    "ReratedStay",
    "Rerating",
    "ReratingJob",
    "Reservation",
    "ReservationPolicy",
    "ShadowReport",
    "Stay",
    "Tariff",
    "TariffVersion",
    "ValidationRule",
    "Vehicle",
    "WechatCharge",
    "WechatEntry",
    "WechatExchange",
    "WechatPlate",
]
