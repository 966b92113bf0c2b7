"""Everything that car parks, their feeds, tariffs, plates, reservations and stays do."""

from parking.services.arrears import (
    book_money,
    close_arrears,
    close_order_of,
    note_arrears_paid,
    open_arrears,
    pay_arrears,
    settle_arrears,
)
from parking.services.arrears_sweeps import (
    attach_arrears,
    reckon_stays,
    remind_of_arrears,
    review_arrears,
)
from parking.services.arrivals import follow_stays
from parking.services.bays import add_bays
from parking.services.close_out import close_out_car_parks
from parking.services.contests import contest_no_show, decide_contest
from parking.services.deposits import (
    give_up_order,
    note_deposit_over,
    note_deposit_paid,
    order_deposit,
    return_deposit,
)
from parking.services.end_due import end_due_reservations
from parking.services.end_reservations import (
    cancel_reservation,
    complete_reservation,
    confirm_reservation,
    note_arrival,
    relocate_reservation,
)
from parking.services.fee_terms import set_fee_terms
from parking.services.feeds import (
    IssuedFeedKey,
    assign_feed,
    issue_feed_key,
    register_feed,
    revoke_feed_key,
)
from parking.services.follow_stay_changes import follow_changes, move_fee
from parking.services.import_car_parks import import_car_parks
from parking.services.lookups import FoundStays, purge_lookups, reveal_plate, search_plate
from parking.services.notes import forget_notes, keep_note_picture, write_note
from parking.services.pair_events import lock_car_parks, lock_reported, pair_events
from parking.services.pay_fees import note_fee_paid, pay_fee, record_money, withdraw_open_quote
from parking.services.quotes import (
    expire_quote,
    expire_quotes,
    move_quotes,
    note_fee_over,
    quote_fee,
    withdraw_quote,
)
from parking.services.record_bays import forget_bay_plates, record_bays
from parking.services.record_gate_events import (
    forget_plates,
    pair_waiting_events,
    record_gate_events,
)
from parking.services.record_readings import purge_readings, record_readings
from parking.services.refund_fees import (
    decide_fee_refund,
    note_payment_refunded,
    propose_fee_refund,
    refund_fee,
)
from parking.services.refused_rows import keep_refused
from parking.services.register_car_park import (
    CarParkDetails,
    assign_to_car_park,
    close_car_park,
    edit_car_park,
    lock_open_car_park,
    register_car_park,
    set_arrears_policy,
)
from parking.services.reratings import approve_rerating, plan_rerating, reject_rerating
from parking.services.reserve import change_reservation, reserve_place
from parking.services.run_reratings import (
    run_rerating,
    run_reratings,
    settle_deferred_stays,
    stop_rerating,
)
from parking.services.set_bays import (
    EntranceLayout,
    FloorLayout,
    set_car_park_hours,
    set_layout,
    set_pool,
)
from parking.services.shadow_reports import save_shadow_report
from parking.services.slots import extend_slots, fit_slots, purge_slots, set_reservation_policy
from parking.services.staff_reservations import cancel_for_member, note_arrival_by_hand
from parking.services.stays import close_as_lost_exit, correct_plate, resolve_missing_entry
from parking.services.sweeps import sweep
from parking.services.tariffs import (
    assign_tariff,
    create_tariff,
    publish_tariff_version,
    save_tariff_draft,
    withdraw_tariff_version,
)
from parking.services.tickets import bind_ticket
from parking.services.validations import (
    end_validation_rule,
    grant_validation,
    note_receipt_refunded,
    revoke_validation,
    set_validation_rule,
    settle_departures,
)
from parking.services.vehicles import (
    decide_dispute,
    dispute_plate,
    move_vehicles,
    register_vehicle,
    remove_vehicle,
    set_default_vehicle,
)
from parking.services.verify_vehicle import verify_vehicle
from parking.services.write_offs import (
    approve_write_off,
    propose_write_off,
    reject_write_off,
)

__all__ = [
    "CarParkDetails",
    "EntranceLayout",
    "FloorLayout",
    "FoundStays",
    "IssuedFeedKey",
    "add_bays",
    "approve_rerating",
    "approve_write_off",
    "assign_feed",
    "assign_tariff",
    "assign_to_car_park",
    "attach_arrears",
    "bind_ticket",
    "book_money",
    "cancel_for_member",
    "cancel_reservation",
    "change_reservation",
    "close_arrears",
    "close_as_lost_exit",
    "close_car_park",
    "close_order_of",
    "close_out_car_parks",
    "complete_reservation",
    "confirm_reservation",
    "contest_no_show",
    "correct_plate",
    "create_tariff",
    "decide_contest",
    "decide_dispute",
    "decide_fee_refund",
    "dispute_plate",
    "edit_car_park",
    "end_due_reservations",
    "end_validation_rule",
    "expire_quote",
    "expire_quotes",
    "extend_slots",
    "fit_slots",
    "follow_changes",
    "follow_stays",
    "forget_bay_plates",
    "forget_notes",
    "forget_plates",
    "give_up_order",
    "grant_validation",
    "import_car_parks",
    "issue_feed_key",
    "keep_note_picture",
    "keep_refused",
    "lock_car_parks",
    "lock_open_car_park",
    "lock_reported",
    "move_fee",
    "move_quotes",
    "move_vehicles",
    "note_arrears_paid",
    "note_arrival",
    "note_arrival_by_hand",
    "note_deposit_over",
    "note_deposit_paid",
    "note_fee_over",
    "note_fee_paid",
    "note_payment_refunded",
    "note_receipt_refunded",
    "open_arrears",
    "order_deposit",
    "pair_events",
    "pair_waiting_events",
    "pay_arrears",
    "pay_fee",
    "plan_rerating",
    "propose_fee_refund",
    "propose_write_off",
    "publish_tariff_version",
    "purge_lookups",
    "purge_readings",
    "purge_slots",
    "quote_fee",
    "reckon_stays",
    "record_bays",
    "record_gate_events",
    "record_money",
    "record_readings",
    "refund_fee",
    "register_car_park",
    "register_feed",
    "register_vehicle",
    "reject_rerating",
    "reject_write_off",
    "relocate_reservation",
    "remind_of_arrears",
    "remove_vehicle",
    "reserve_place",
    "resolve_missing_entry",
    "return_deposit",
    "reveal_plate",
    "review_arrears",
    "revoke_feed_key",
    "revoke_validation",
    "run_rerating",
    "run_reratings",
    "save_shadow_report",
    "save_tariff_draft",
    "search_plate",
    "set_arrears_policy",
    "set_car_park_hours",
    "set_default_vehicle",
    "set_fee_terms",
    "set_layout",
    "set_pool",
    "set_reservation_policy",
    "set_validation_rule",
    "settle_arrears",
    "settle_deferred_stays",
    "settle_departures",
    "stop_rerating",
    "sweep",
    "verify_vehicle",
    "withdraw_open_quote",
    "withdraw_quote",
    "withdraw_tariff_version",
    "write_note",
]
