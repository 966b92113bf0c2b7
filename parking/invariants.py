"""What must always hold of car parks and tariffs; each query finds the rows that break it."""

from parking.fee_invariants import FEE_INVARIANTS

INVARIANTS = {
    **FEE_INVARIANTS,
    "the live occupancy of a pool is its latest reading": """
        select live.pool_id, live.measured_at, latest.measured_at as latest
        from parking_liveoccupancy live
        left join lateral (
            select * from parking_occupancyreading reading where reading.pool_id = live.pool_id
            order by reading.measured_at desc limit 1) latest on true
        where (live.measured_at, live.occupied, live.capacity, live.feed_id) is distinct from
            (latest.measured_at, coalesce(latest.occupied, 0), coalesce(latest.capacity, 0),
             latest.feed_id)
    """,
    "every pool has a row for its live occupancy": """
        select pool.public_id from parking_pool pool
        left join parking_liveoccupancy live on live.pool_id = pool.id
        where live.pool_id is null
    """,
    "no reading was measured long after it came": """
        select reading.id, reading.measured_at, reading.received_at
        from parking_occupancyreading reading
        where reading.measured_at > reading.received_at + interval '2 minutes'
    """,
    "a tariff says one thing at a time": """
        select earlier.public_id, later.public_id as other
        from parking_tariffversion earlier
        join parking_tariffversion later on later.tariff_id = earlier.tariff_id
            and later.id > earlier.id and later.valid && earlier.valid
        where earlier.state = 'published' and later.state = 'published'
    """,
    "the digest of a tariff version is that of its document": """
        select version.public_id, version.sha256
        from parking_tariffversion version
        where version.sha256 <> encode(sha256(convert_to(version.document, 'UTF8')), 'hex')
    """,
    "a slot counts the reservations that hold it": """
        with counted as (
            select pool_id, starts_at, count(*) as reservations from (
                select pool_id, generate_series(starts_at, holds_until - interval '15 minutes',
                                                interval '15 minutes') as starts_at
                from parking_reservation where holds_until > starts_at) quarter
            group by pool_id, starts_at)
        select slot.id, slot.pool_id, slot.starts_at, slot.reserved, counted.reservations
        from parking_poolslot slot left join counted using (pool_id, starts_at)
        where slot.reserved <> coalesce(counted.reservations, 0)
    """,
    "no slot is overbooked": """
        select id, pool_id, starts_at, reserved, capacity from parking_poolslot
        where reserved < 0 or reserved > capacity
    """,
    "reservations of a plate do not overlap": """
        select one.id, other.id as other from parking_reservation one
        join parking_reservation other on other.plate_key = one.plate_key and other.id > one.id
            and tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
        where one.state in ('held', 'confirmed', 'arrived')
            and other.state in ('held', 'confirmed', 'arrived')
    """,
    "reservations of a numbered bay do not overlap": """
        select one.id, other.id as other from parking_reservation one
        join parking_reservation other on other.bay_id = one.bay_id and other.id > one.id
            and tstzrange(other.starts_at, other.ends_at) && tstzrange(one.starts_at, one.ends_at)
        where one.state in ('held', 'confirmed', 'arrived')
            and other.state in ('held', 'confirmed', 'arrived')
    """,
    "a plate is reserved by the member whose it is": """
        select reservation.id, vehicle.id as vehicle from parking_reservation reservation
        join parking_vehicle vehicle on vehicle.id = reservation.vehicle_id
        where reservation.state in ('held', 'confirmed', 'arrived')
            and (vehicle.member_id <> reservation.member_id or vehicle.removed_at is not null)
    """,
    "a reservation with a deposit that is confirmed was paid": """
        select reservation.id, reservation.order_id from parking_reservation reservation
        left join payments_order paid on paid.id = reservation.order_id
        where reservation.deposit_fen > 0
            and reservation.state in ('confirmed', 'arrived', 'completed', 'no_show')
            and (paid.state is distinct from 'paid' or paid.amount_fen <> reservation.deposit_fen)
    """,
    "the deposit of a car that left, or that found its place taken, goes back": """
        select reservation.public_id, payment.amount_fen, payment.refund_reserved_fen
        from parking_reservation reservation
        join payments_order paid on paid.id = reservation.order_id
        join payments_payment payment on payment.id = paid.accepted_payment_id
        where (reservation.state = 'completed'
               or reservation.state = 'cancelled' and reservation.displaced_by_id is not null
               or exists (select from parking_noshowcontest contest
                          where contest.reservation_id = reservation.id
                              and contest.state = 'accepted' and contest.decided_by_id is not null))
            and payment.refund_reserved_fen < payment.amount_fen
            -- What the channel refused is a person's to send again.
            and not exists (select from payments_paymentrefund refund
                            where refund.payment_id = payment.id and refund.state = 'closed')
    """,
    "a stay begins and ends when its events or people say": """
        select stay.public_id, stay.state from parking_stay stay
        left join parking_gateevent entry on entry.id = stay.entry_event_id
        left join parking_gateevent exit on exit.id = stay.exit_event_id
        where stay.state <> 'merged' and (
            stay.entered_at is distinct from
                coalesce(entry.occurred_at,
                         case when stay.state = 'closed' then stay.declared_entered_at end)
            or stay.left_at is distinct from
                coalesce(exit.occurred_at,
                         case when stay.state = 'lost_exit' then stay.declared_left_at end)
            or entry.direction <> 'entry' or exit.direction <> 'exit')
    """,
    "an event is of a stay of its plate": """
        select event.id, stay.public_id from parking_gateevent event
        left join parking_stay stay on stay.id = event.stay_id
        where stay.id is null or stay.state = 'merged'
            or (stay.car_park_id, stay.plate_hash, stay.colour) is distinct from
               (event.car_park_id, event.plate_hash, event.colour)
    """,
    "a stay has the events that it begins and ends with": """
        select stay.public_id, event.id from parking_stay stay
        join parking_gateevent event on event.id in (stay.entry_event_id, stay.exit_event_id)
        where stay.state <> 'merged' and event.stay_id is distinct from stay.id
    """,
    "no stay is open after its plate was read in another": """
        select stay.public_id, later.id from parking_stay stay
        join parking_gateevent later on later.car_park_id = stay.car_park_id
            and later.plate_hash = stay.plate_hash and later.colour = stay.colour
            and later.occurred_at > stay.entered_at and later.stay_id <> stay.id
        where stay.state = 'open'
    """,
    "a stay is priced by its operator": """
        select stay.public_id, version.public_id as version from parking_stay stay
        join parking_carpark car_park on car_park.id = stay.car_park_id
        join parking_tariffversion version on version.id = stay.tariff_version_id
        join parking_tariff tariff on tariff.id = version.tariff_id
        where tariff.merchant_id <> car_park.merchant_id
    """,
    "the car of a reservation is of its plate and came in time": """
        select reservation.public_id, stay.public_id as stay from parking_reservation reservation
        join parking_stay stay on stay.id = reservation.stay_id
        join parking_vehicle vehicle on vehicle.id = reservation.vehicle_id
        join parking_pool pool on pool.id = reservation.pool_id
        where stay.state = 'merged' or stay.entered_at is null
            or stay.entered_at >= reservation.late_until
            or (stay.car_park_id, stay.plate_hash, stay.colour) is distinct from
               (pool.car_park_id, vehicle.plate_hash, vehicle.colour)
    """,
    "a car that came in time is no no-show": """
        select reservation.public_id, stay.public_id as stay from parking_reservation reservation
        join parking_vehicle vehicle on vehicle.id = reservation.vehicle_id
        join parking_pool pool on pool.id = reservation.pool_id
        join parking_stay stay on stay.car_park_id = pool.car_park_id
            and stay.plate_hash = vehicle.plate_hash and stay.colour = vehicle.colour
            and stay.entered_at >= reservation.admitted_from
            and stay.entered_at < reservation.late_until
        join parking_gateevent entry on entry.id = stay.entry_event_id
        where reservation.state = 'no_show' and stay.state in ('open', 'closed', 'lost_exit')
            and entry.received_at < now() - interval '10 minutes'
    """,
    "nobody waits for a place in a car park that closed": """
        select reservation.public_id, closing.public_id as closing
        from parking_carparkclosing closing
        join parking_pool pool on pool.car_park_id = closing.car_park_id
        join parking_reservation reservation on reservation.pool_id = pool.id
        where closing.state = 'done' and reservation.state in ('held', 'confirmed')
            and closing.ended_at < now() - interval '10 minutes'
    """,
    "a car park that closed counts what became of each reservation": """
        select closing.public_id from parking_carparkclosing closing
        left join parking_closedoutreservation answered on answered.closing_id = closing.id
        group by closing.id
        having count(*) filter (where answered.outcome = 'relocated') <> closing.relocated
            or count(*) filter (where answered.outcome = 'cancelled') <> closing.cancelled
    """,
    "a charge of WeChat that is paid is a payment of its number and sum": """
        select charge.public_id, payment.public_id as payment from parking_wechatcharge charge
        left join payments_payment payment on payment.id = charge.payment_id
        where charge.state = 'paid' and (payment.id is null
            or (payment.order_number, payment.amount_fen, payment.role)
                is distinct from (charge.number, charge.amount_fen, 'accepted'))
    """,
    "money that WeChat charged is booked for its stay, or goes back": """
        select charge.public_id, payment.amount_fen, tender.amount_fen as booked_fen,
            payment.refund_reserved_fen
        from parking_wechatcharge charge
        join payments_payment payment on payment.id = charge.payment_id
        join payments_order paid on paid.id = payment.order_id
        left join parking_feetender tender
            on tender.channel = paid.channel and tender.reference = paid.public_id
        where coalesce(tender.amount_fen, 0) + payment.refund_reserved_fen < payment.amount_fen
    """,
    "a car is inside at WeChat once": """
        select vehicle_id, count(*) from parking_wechatentry
        where state in ('waiting', 'normal', 'blocked') group by vehicle_id having count(*) > 1
    """,
    "a charge of WeChat is that of an entry that was charged": """
        select charge.public_id, entry.state from parking_wechatcharge charge
        join parking_wechatentry entry on entry.stay_id = charge.entry_id
        where entry.state <> 'charged'
        union all
        select stay_id::text, state from parking_wechatentry entry where state = 'charged'
            and not exists (select from parking_wechatcharge where entry_id = entry.stay_id)
    """,
    "open arrears are of a stay that is over, and a member's who has or had the plate or its ticket": """
        select arrears.public_id, stay.state from parking_arrears arrears
        join parking_stay stay on stay.id = arrears.stay_id
        where arrears.state = 'open' and (stay.left_at is null or stay.state = 'merged'
            or arrears.member_id is not null and not exists (
                select from parking_vehicle vehicle where vehicle.member_id = arrears.member_id
                    and vehicle.plate_hash = stay.plate_hash and vehicle.colour = stay.colour)
                and not exists (
                select from parking_parkingticket ticket
                where ticket.member_id = arrears.member_id and ticket.ticket_hash = stay.plate_hash)
                and not exists (
                select from parking_wechatentry entry
                join parking_vehicle vehicle on vehicle.id = entry.vehicle_id
                where entry.stay_id = stay.id and vehicle.member_id = arrears.member_id))
    """,
    "arrears that are asked for no more have no order that can be paid": """
        select arrears.public_id, paying.public_id as payment_order from parking_arrears arrears
        join payments_order paying on paying.id = arrears.order_id
        where arrears.state <> 'open' and paying.state in ('created', 'awaiting_payment')
    """,
    "a stay that was merged is one step from the one that stands for it": """
        select stay.public_id from parking_stay stay
        join parking_stay target on target.id = stay.merged_into_id
        where target.state = 'merged'
    """,
    "arrears are written off by two people": """
        select arrears.public_id from parking_arrears arrears
        where arrears.state = 'written_off' and not exists (
            select from parking_arrearswriteoff proposal
            where proposal.arrears_id = arrears.id and proposal.state = 'approved'
                and proposal.decided_by_id <> proposal.proposed_by_id)
    """,
    "a correction prices a part of the period of what it corrects": """
        select correction.public_id, wrong.public_id as wrong from parking_tariffversion correction
        join parking_tariffversion wrong on wrong.id = correction.corrects_id
        where wrong.tariff_id <> correction.tariff_id or wrong.number >= correction.number
            or wrong.state not in ('published', 'correction') or not wrong.valid @> correction.valid
    """,
    "a re-rating has the correction that was approved": """
        select rerating.public_id, version.public_id as correction from parking_rerating rerating
        left join parking_tariffversion version on version.id = rerating.correction_id
        left join parking_reratingjob job on job.rerating_id = rerating.id
        where rerating.state = 'approved' and (
            (version.corrects_id, version.valid, version.sha256, version.state) is distinct from
            (rerating.version_id, rerating.entered, rerating.sha256, 'correction')
            or job.rerating_id is null)
    """,
    "a re-rating counts the stays that it answered": """
        select job.rerating_id, job.total, job.answered_rows, counted.*
        from parking_reratingjob job
        cross join lateral (
            select count(*) as stays, count(*) filter (where outcome <> 'waiting') as answered
            from parking_reratedstay where rerating_id = job.rerating_id) counted
        where (job.total, job.answered_rows) <> (counted.stays, counted.answered)
    """,
    "a re-rated stay got back what its refund says": """
        select row.id, row.refunded_fen, refund.amount_fen from parking_reratedstay row
        join parking_feerefund refund on refund.id = row.refund_id
        where row.refunded_fen <> refund.amount_fen
            or refund.stay_id <> row.stay_id and not exists (
                select from parking_stay merged
                where merged.id in (row.stay_id, refund.stay_id) and merged.state = 'merged')
    """,
    "a stay that became cheaper is not priced by the wrong version any more": """
        select row.id, stay.public_id from parking_reratedstay row
        join parking_rerating rerating on rerating.id = row.rerating_id
        join parking_stay stay on stay.id = row.stay_id
        where row.outcome in ('refunded', 'repriced') and stay.state <> 'merged'
            and stay.tariff_version_id = rerating.version_id and rerating.entered @> stay.entered_at
    """,
}
