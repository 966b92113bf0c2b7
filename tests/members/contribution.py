"""What the cross-cutting tests need to know of members; see tests/contributions.py."""

from tests.contributions import RightRequests, StoreVisit

ACCEPTED_VALUES = {("change_my_profile", "birthday", "null")}
CHECKED_ELSEWHERE = {("sign_in", "code", "SQL"), ("bind_my_phone", "code", "SQL")}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    return RightRequests(
        bodies={
            "sign_in": {"code": "0e1Aq2000bkN5R1xyz000e1Aq2000bkN"},
            "change_my_profile": {"nickname": "小林", "birthday": "1990-05-01"},
            "bind_my_phone": {"code": "2f1c6a0b9d3e4f5a8b7c6d5e4f3a2b1c"},
        }
    )
