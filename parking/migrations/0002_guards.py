"""What models cannot say: whose feed, tariff and bay, live occupancy going forward, published tariffs that stand."""

from django.db import migrations

from district.kernel.database.triggers import refuse_changes

FEED_OF_ITS_OPERATOR = """
alter table parking_carpark add constraint car_park_fed_by_its_own_operator
    foreign key (feed_id, merchant_id) references parking_occupancyfeed (id, merchant_id)
"""
NO_FEED_OF_ITS_OPERATOR = """
alter table parking_carpark drop constraint car_park_fed_by_its_own_operator
"""
TARIFF_OF_ITS_OPERATOR = """
alter table parking_carpark add constraint car_park_charges_by_its_own_operator
    foreign key (tariff_id, merchant_id) references parking_tariff (id, merchant_id)
"""
NO_TARIFF_OF_ITS_OPERATOR = """
alter table parking_carpark drop constraint car_park_charges_by_its_own_operator
"""
# What was measured later stands; a pool's row is never deleted.
LIVE = "parking_liveoccupancy"
FORWARD_IN_TIME = "when (new.measured_at <= old.measured_at)"
APPEND_ONLY = "parking_carparkimport"
VERSION = "parking_tariffversion"
# Only the end of its period and its withdrawal are set later.
WRITTEN_ONCE = (
    "update of id, public_id, tariff_id, number, document, sha256, drafted_by_id, published_by_id,"
    " published_at, corrects_id"
)
PUBLISHED = "when (old.state <> 'draft')"
BACKWARD = "when (old.state = 'withdrawn' or (old.state = 'published' and new.state = 'draft'))"
# What a correction prices was settled by it.
CORRECTED = "when (old.state = 'correction')"
# It begins when it was said to begin.
BEGINS_ELSEWHEN = "when (old.state <> 'draft' and lower(old.valid) is distinct from lower(new.valid))"
DIGEST = f"""
alter table {VERSION} add constraint tariff_version_digest_is_of_its_document
    check (sha256 = encode(sha256(convert_to(document, 'UTF8')), 'hex'))
"""
NO_DIGEST = f"alter table {VERSION} drop constraint tariff_version_digest_is_of_its_document"
RERATING = "parking_rerating"
RERATING_WRITTEN_ONCE = (
    "update of id, public_id, version_id, document, sha256, entered, reason, proposed_by_id, proposed_at"
)
RERATED_STAY = "parking_reratedstay"
# What came of a stay stands; only one that had not ended when its turn came has another one.
ANSWERED = "when (old.outcome not in ('waiting', 'deferred'))"
BAY_OF_ITS_POOL = """
alter table parking_reservation add constraint reservation_of_a_bay_of_its_pool
    foreign key (bay_id, pool_id) references parking_bay (id, pool_id)
"""
NO_BAY_OF_ITS_POOL = """
alter table parking_reservation drop constraint reservation_of_a_bay_of_its_pool
"""
# Counters change often and their index does not: a page keeps room for the next version of a row.
ROOM_FOR_COUNTERS = "alter table parking_poolslot set (fillfactor = 70)"
NO_ROOM_FOR_COUNTERS = "alter table parking_poolslot reset (fillfactor)"

# What a gate said stands; the plate it was read as may be corrected.
GATE_EVENT = "parking_gateevent"
GATE_EVENT_WRITTEN_ONCE = (
    "update of id, feed_id, event_id, digest, car_park_id, direction, lane, floor, zone, occurred_at,"
    " received_at"
)
CORRECTION = "parking_platecorrection"
# Who looked a plate up is deleted in the end, and never changed.
LOOKUP = "parking_platelookup"
KEPT_A_YEAR = "when (old.looked_up_at > now() - interval '365 days')"
SHADOW_REPORT = "parking_shadowreport"
WECHAT_EXCHANGE = "parking_wechatexchange"
ARREARS_REMINDER = "parking_arrearsreminder"

STORE_OF_ITS_OPERATOR = """
alter table parking_carpark add constraint car_park_charges_at_its_own_store
    foreign key (store_id, merchant_id) references merchants_store (id, merchant_id)
"""
NO_STORE_OF_ITS_OPERATOR = """
alter table parking_carpark drop constraint car_park_charges_at_its_own_store
"""
# Asked when the transaction ends: the tenders of a quote come to what it settles.
TENDERS_SETTLE = """
create function parking_require_tenders() returns trigger language plpgsql as $$
declare v_quote bigint;
begin
    if tg_table_name = 'parking_parkingquote' then v_quote := new.id; else v_quote := new.quote_id; end if;
    if exists (
        select from parking_parkingquote quote
        where quote.id = v_quote and quote.settles_fen <> (
            select coalesce(sum(tender.amount_fen), 0) from parking_feetender tender
            where tender.quote_id = quote.id))
    then
        raise exception 'the tenders of quote % are not what it settles', v_quote
            using errcode = 'check_violation', constraint = 'quote_settled_by_its_tenders';
    end if;
    return null;
end $$;
create constraint trigger parking_parkingquote_tenders after insert or update of settles_fen
    on parking_parkingquote deferrable initially deferred
    for each row execute function parking_require_tenders();
create constraint trigger parking_feetender_tenders after insert or update of amount_fen, quote_id
    on parking_feetender deferrable initially deferred
    for each row execute function parking_require_tenders();
"""
NO_TENDERS_SETTLE = """
drop trigger parking_feetender_tenders on parking_feetender;
drop trigger parking_parkingquote_tenders on parking_parkingquote;
drop function parking_require_tenders;
"""
QUOTE = "parking_parkingquote"
QUOTE_WRITTEN_ONCE = (
    "update of id, public_id, stay_id, as_of, gross_fen, lines, credited_minutes, settles_fen, money_fen"
)
QUOTE_ENDED = "when (old.state <> 'quoted' and new.state is distinct from old.state)"
TENDER = "parking_feetender"
TENDER_WRITTEN_ONCE = "update of id, quote_id, place, kind, amount_fen, minutes, points, coupon_id, hold_id"
GAVE_BACK = "when (new.returned_fen < old.returned_fen or new.returned_points < old.returned_points)"
VALIDATION = "parking_minutevalidation"
VALIDATION_WRITTEN_ONCE = (
    "update of id, public_id, merchant_id, receipt_no, paid_fen, minutes, plate_hash, granted_at"
)


class Migration(migrations.Migration):
    dependencies = [("parking", "0001_tables"), ("kernel", "0002_guards")]

    operations = [
        migrations.RunSQL(FEED_OF_ITS_OPERATOR, NO_FEED_OF_ITS_OPERATOR),
        migrations.RunSQL(TARIFF_OF_ITS_OPERATOR, NO_TARIFF_OF_ITS_OPERATOR),
        refuse_changes("forward", LIVE, "update of measured_at", "row", FORWARD_IN_TIME),
        refuse_changes("kept", LIVE, "delete", "row"),
        refuse_changes("no_truncate", LIVE, "truncate", "statement"),
        refuse_changes("append_only", APPEND_ONLY, "update or delete", "row"),
        refuse_changes("no_truncate", APPEND_ONLY, "truncate", "statement"),
        migrations.RunSQL(DIGEST, NO_DIGEST),
        refuse_changes("written_once", VERSION, WRITTEN_ONCE, "row", PUBLISHED),
        refuse_changes("forward", VERSION, "update of state", "row", BACKWARD),
        refuse_changes("begins_once", VERSION, "update of valid", "row", BEGINS_ELSEWHEN),
        refuse_changes("corrected", VERSION, "update of state, valid", "row", CORRECTED),
        refuse_changes("kept", VERSION, "delete", "row", PUBLISHED),
        refuse_changes("no_truncate", VERSION, "truncate", "statement"),
        refuse_changes("written_once", RERATING, RERATING_WRITTEN_ONCE, "row"),
        refuse_changes("kept", RERATING, "delete", "row"),
        refuse_changes("no_truncate", RERATING, "truncate", "statement"),
        refuse_changes("answered_once", RERATED_STAY, "update", "row", ANSWERED),
        refuse_changes("kept", RERATED_STAY, "delete", "row"),
        refuse_changes("no_truncate", RERATED_STAY, "truncate", "statement"),
        migrations.RunSQL(BAY_OF_ITS_POOL, NO_BAY_OF_ITS_POOL),
        migrations.RunSQL(ROOM_FOR_COUNTERS, NO_ROOM_FOR_COUNTERS),
        refuse_changes("written_once", GATE_EVENT, GATE_EVENT_WRITTEN_ONCE, "row"),
        refuse_changes("kept", GATE_EVENT, "delete", "row"),
        refuse_changes("no_truncate", GATE_EVENT, "truncate", "statement"),
        refuse_changes("written_once", LOOKUP, "update", "row"),
        refuse_changes("kept", LOOKUP, "delete", "row", KEPT_A_YEAR),
        refuse_changes("no_truncate", LOOKUP, "truncate", "statement"),
        refuse_changes("append_only", CORRECTION, "update or delete", "row"),
        refuse_changes("no_truncate", CORRECTION, "truncate", "statement"),
        refuse_changes("append_only", SHADOW_REPORT, "update or delete", "row"),
        refuse_changes("no_truncate", SHADOW_REPORT, "truncate", "statement"),
        migrations.RunSQL(STORE_OF_ITS_OPERATOR, NO_STORE_OF_ITS_OPERATOR),
        migrations.RunSQL(TENDERS_SETTLE, NO_TENDERS_SETTLE),
        refuse_changes("written_once", QUOTE, QUOTE_WRITTEN_ONCE, "row"),
        refuse_changes("ended", QUOTE, "update of state", "row", QUOTE_ENDED),
        refuse_changes("kept", QUOTE, "delete", "row"),
        refuse_changes("no_truncate", QUOTE, "truncate", "statement"),
        refuse_changes("written_once", TENDER, TENDER_WRITTEN_ONCE, "row"),
        refuse_changes("forward", TENDER, "update of returned_fen, returned_points", "row", GAVE_BACK),
        refuse_changes("kept", TENDER, "delete", "row"),
        refuse_changes("no_truncate", TENDER, "truncate", "statement"),
        refuse_changes("written_once", VALIDATION, VALIDATION_WRITTEN_ONCE, "row"),
        refuse_changes("kept", VALIDATION, "delete", "row"),
        refuse_changes("no_truncate", VALIDATION, "truncate", "statement"),
        *(
            refuse_changes(name, table, event, level)
            for table in ("parking_feerefund", "parking_feerefundpart")
            for name, event, level in (
                ("append_only", "update or delete", "row"),
                ("no_truncate", "truncate", "statement"),
            )
        ),
        refuse_changes("append_only", WECHAT_EXCHANGE, "update or delete", "row"),
        refuse_changes("no_truncate", WECHAT_EXCHANGE, "truncate", "statement"),
        refuse_changes("append_only", ARREARS_REMINDER, "update or delete", "row"),
        refuse_changes("no_truncate", ARREARS_REMINDER, "truncate", "statement"),
    ]
