from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from district.kernel.plugin import DistrictApp, TimedTask
from parking.availability.freshness import Freshness
from parking.availability.public_counts import SpaceLevel
from parking.fees.tendering import TenderKind
from parking.reservations.admission import Admission, AdmissionReason
from parking.reservations.record import RecordFact
from parking.stays.locations import BayOutcome, LocationSource
from parking.stays.values import GateEventOutcome
from parking.tariff.values import LineKind
from parking.values import ReadingOutcome
from parking.wechat_parking.values import LeaveReason


class ParkingConfig(DistrictApp):
    name = "parking"
    verbose_name = _("停车")
    api = "parking.api.urls"
    timetable = {
        "purge occupancy readings": TimedTask("parking.purge_readings", crontab(hour=4, minute=40)),
        "end holds and no-shows": TimedTask("parking.end_due_reservations", 15.0),
        "close out car parks": TimedTask("parking.close_out_car_parks", 30.0),
        "extend the slots of reservations": TimedTask(
            "parking.extend_slots", crontab(hour=0, minute=20)
        ),
        "pair gate events that wait": TimedTask("parking.pair_waiting_events", 60.0),
        "expire quotes of fees": TimedTask("parking.expire_quotes", 15.0),
        "settle validations of cars that left": TimedTask("parking.settle_departures", 60.0),
        "purge plate look-ups": TimedTask("parking.purge_lookups", crontab(hour=4, minute=55)),
        "follow parked cars of WeChat": TimedTask("parking.follow_wechat", 5.0),
        "keep arrears of parking": TimedTask("parking.keep_arrears", 60.0),
        # A job whose wake-up was lost, or whose worker died.
        "re-rate stays": TimedTask("parking.run_reratings", 20.0),
        "re-rate stays that have ended": TimedTask("parking.settle_deferred_stays", 60.0),
        "forget plates": TimedTask("parking.forget_plates", crontab(hour=4, minute=50)),
    }
    listeners = "parking.listeners"
    settlement_sources = {"parking_validation": _("停车减免")}
    inbox = "parking.wechat_parking.inbox"
    # WeChat Pay wants an address without a query, and without our versions.
    public_urls = {"": "parking.wechat_parking.web"}
    invariants = "parking.invariants"
    rate_limits = {
        "register_plate_member": (20, 3_600),
        "dispute_plate_member": (20, 3_600),
        "ask_wechat_member": (20, 3_600),
        "bind_ticket_member": (20, 3_600),
        "parking_photo_member": (6, 60),
    }
    # A file of car parks, which the form itself keeps within bounds; a photograph of where the car stands.
    body_limits = {
        r"/admin/parking/(carpark/import|carparkimport/add)/": "BATCH_LIMIT",
        r"/api/v1/me/parking/(note|stays/[^/]+/place)/photo": "PHOTO_LIMIT",
    }
    # Prices are written by managers and come into force by the owner.
    permissions = {
        "manage_parking": frozenset({"manager"}),
        "edit_tariffs": frozenset({"manager"}),
        "publish_tariffs": frozenset(),
        "give_validations": frozenset({"manager", "cashier"}),
        "manage_validations": frozenset({"manager"}),
        # Who of the staff looked a plate up, and why, is the owner's to see.
        "view_plate_lookups": frozenset(),
    }
    warnings = {"parking_feeds": "parking.health_warnings.silent_feeds_warning"}
    demo = "parking.demo"
    enum_names = {
        "BayClassEnum": "parking.models.Pool.BayClass",
        "CarParkStateEnum": "parking.models.CarPark.State",
        "CoordinateSystemEnum": "parking.models.CarPark.CoordinateSystem",
        "EntranceKindEnum": "parking.models.CarParkEntrance.Kind",
        "FreshnessEnum": [state.value for state in Freshness],
        "FeeLineKindEnum": [kind.value for kind in LineKind],
        "SpaceLevelEnum": [level.value for level in SpaceLevel],
        "ReadingOutcomeEnum": [outcome.value for outcome in ReadingOutcome],
        "RefusedReadingReasonEnum": "parking.models.RefusedReading.Reason",
        "PlateColourEnum": "parking.models.Vehicle.Colour",
        "PlateKindEnum": "parking.models.Vehicle.Kind",
        "ReservationStateEnum": "parking.models.Reservation.State",
        "NoShowContestStateEnum": "parking.models.NoShowContest.State",
        "PlateDisputeStateEnum": "parking.models.PlateDispute.State",
        "FeeTenderKindEnum": [kind.value for kind in TenderKind],
        "ParkingQuoteStateEnum": "parking.models.ParkingQuote.State",
        "MinuteValidationStateEnum": "parking.models.MinuteValidation.State",
        "StayStateEnum": "parking.models.Stay.State",
        "GateEventOutcomeEnum": [outcome.value for outcome in GateEventOutcome],
        "RefusedGateEventReasonEnum": "parking.models.RefusedGateEvent.Reason",
        "AdmissionEnum": [decision.value for decision in Admission],
        "AdmissionReasonEnum": [reason.value for reason in AdmissionReason],
        "LocationSourceEnum": [source.value for source in LocationSource],
        "BayOutcomeEnum": [outcome.value for outcome in BayOutcome],
        "ArrearsStateEnum": "parking.models.Arrears.State",
        "ArrearsCauseEnum": "parking.models.Arrears.Cause",
        "WechatPlateStateEnum": "parking.models.WechatPlate.State",
        "LeaveReasonEnum": [reason.value for reason in LeaveReason],
        "RecordFactEnum": [fact.value for fact in RecordFact],
    }
