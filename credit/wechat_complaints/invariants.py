"""Promises of this app that the audit watches; they share no code with the verbs."""

INVARIANTS: dict[str, str] = {
    "a complaint of WeChat and a line of its history are kept once": """
        select 'complaint' as what, complaint_id as number from wechat_complaints_wechatcomplaint
        group by complaint_id having count(*) > 1
        union all select 'item', log_id from wechat_complaints_wechatitem
        group by complaint_id, log_id having count(*) > 1
        union all select 'payer', encode(openid_hash, 'hex') from wechat_complaints_wechatpayer
        group by openid_hash having count(*) > 1
    """,
    "a complaint of WeChat is in a case that is a complaint, and waits for nobody then": """
        select complaint.id, complaint.state, file.kind from wechat_complaints_wechatcomplaint complaint
        left join complaints_casefile file on file.id = complaint.case_id
        where (complaint.state = 'in_case') <> (file.id is not null)
            or file.kind <> 'complaint' or file.seq < complaint.noted_seq
    """,
    "a case that came by WeChat has its complaint": """
        select file.id, file.public_id from complaints_casefile file
        where file.channel = 'wechat_pay' and file.state <> 'merged' and not exists (
            select from wechat_complaints_wechatcomplaint complaint where complaint.case_id = file.id)
    """,
    "an event of a case is told to WeChat once, and a refund is decided once": """
        select complaint_id, case_seq, kind from wechat_complaints_wechatreply
        group by complaint_id, case_id, case_seq, kind having count(*) > 1
        union all select complaint_id, null, 'decision' from wechat_complaints_wechatreply
        where kind in ('approve_refund', 'reject_refund') group by complaint_id having count(*) > 1
    """,
    "replies to a complaint go out in their order": """
        select late.id, early.id as before from wechat_complaints_wechatreply late
        join wechat_complaints_wechatreply early
            on early.complaint_id = late.complaint_id and early.id < late.id
        where early.state = 'waiting' and late.state in ('sent', 'found')
    """,
    "an end that waits for money is sent when WeChat says that it came": """
        select reply.id from wechat_complaints_wechatreply reply
        join wechat_complaints_wechatcomplaint complaint on complaint.id = reply.complaint_id
        where reply.awaits_money and reply.state = 'sent' and not complaint.is_fully_refunded
    """,
    "lines of a complaint in a case are taken up": """
        select item.id, complaint.complaint_id from wechat_complaints_wechatitem item
        join wechat_complaints_wechatcomplaint complaint on complaint.id = item.complaint_id
        where item.state = 'waiting' and complaint.case_id is not null
    """,
    "a line that became an act of the case is an event of it": """
        select item.id, item.case_seq from wechat_complaints_wechatitem item
        join wechat_complaints_wechatcomplaint complaint on complaint.id = item.complaint_id
        where item.state = 'acted' and not exists (
            select from complaints_caseeventrow event
            where event.case_id = complaint.case_id and event.seq = item.case_seq)
            and not exists (select from complaints_casefile merged
                            where merged.merged_into_id = complaint.case_id)
    """,
}
