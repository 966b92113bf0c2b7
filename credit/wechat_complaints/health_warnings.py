"""What /readyz says of complaints of WeChat: a person should look, while requests are served."""

from credit.wechat_complaints import queries


def wechat_complaints_warning() -> str:
    """What waits for a person or is late; empty when nothing is."""
    work = queries.work_for_people()
    parts = {
        "complaints without a first reply after 24 h": work.unanswered,
        "complaints to be mapped": work.waiting_for_person,
        "words of payers to be read": work.items_for_person,
        "complaints that could not be read": work.reading_set_aside,
        "late replies": work.replies_late,
        "replies set aside": work.replies_set_aside,
        "ends that wait three days for money": work.money_late,
    }
    texts = [f"{count} {what}" for what, count in parts.items() if count]
    return f"complaints of WeChat: {', '.join(texts)}; see the admin" if texts else ""
