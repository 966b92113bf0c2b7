"""Promises of this app that the audit watches; they share no code with the verbs."""

INVARIANTS = {
    "a bill has earned once": """
        with standing as (
            select receipt.id, store_id, paid_fen,
                (paid_at at time zone 'Asia/Shanghai')::date as day, receipt_no as number
            from loyalty_receipt receipt
            where granted > clawed and not exists (
                select from bills_receiptconflict conflict
                where conflict.later_id = receipt.id and conflict.state <> 'earlier')
        )
        select store_id, day, paid_fen, number, count(*) from standing
        group by store_id, day, paid_fen, number having count(*) > 1
    """,
    "a confirmed photograph is a receipt of its member and store": """
        select photo.id, receipt.id as receipt from bills_receiptphoto photo
        left join loyalty_receipt receipt on receipt.id = photo.receipt_id
        where photo.state in ('confirmed', 'already_earned') and (
            receipt.id is null or receipt.account_id <> photo.member_id
            or receipt.store_id <> photo.store_id
            or (photo.state = 'confirmed' and receipt.source <> 'photo'))
    """,
    "a receipt by photograph has its photograph": """
        select receipt.id from loyalty_receipt receipt where receipt.source = 'photo'
        and not exists (select from bills_receiptphoto photo
                        where photo.receipt_id = receipt.id and photo.state = 'confirmed')
    """,
    "a photograph is in conflict while its conflict is open": """
        select photo.id, photo.state, conflict.state as conflict from bills_receiptphoto photo
        left join bills_receiptconflict conflict on conflict.photo_id = photo.id
        where (photo.state = 'conflicting') <> coalesce(conflict.state = 'open', false)
    """,
    "a decided conflict is carried out": """
        select conflict.id, conflict.state from bills_receiptconflict conflict
        join loyalty_receipt earlier on earlier.id = conflict.earlier_id
        left join loyalty_receipt later on later.id = conflict.later_id
        where conflict.state = 'later' and earlier.granted > earlier.clawed
            or conflict.state = 'earlier' and later.granted > later.clawed
            or conflict.state in ('both', 'later') and later.id is null
    """,
}
