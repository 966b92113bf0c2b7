"""Refusals: words, codes and facts."""

import pytest

from district.kernel.errors import DomainError, InvalidRequest, ServiceUnavailable, TooManyRequests


class TeaRanOut(DomainError):
    code, status, title = "tea_sold_out", 409, "茶已售罄"
    wording = "还剩 {left} 杯，本次需要 {needed} 杯。"


def test_the_wording_tells_the_facts_and_keeps_them():
    refusal = TeaRanOut(left=1, needed=3)

    assert refusal.detail == "还剩 1 杯，本次需要 3 杯。"
    assert str(refusal) == "还剩 1 杯，本次需要 3 杯。"
    assert refusal.facts == {"left": 1, "needed": 3}
    assert refusal.headers == {}


def test_a_refusal_without_a_wording_says_its_title():
    class Closed(DomainError):
        title = "已打烊"

    assert (str(Closed()), Closed().detail) == ("已打烊", "")


def test_braces_in_a_fact_are_not_read_as_a_wording():
    assert InvalidRequest(reason="{0} {reason.__class__}").detail == "{0} {reason.__class__}"


@pytest.mark.parametrize(
    "name", ["type", "title", "status", "detail", "instance", "code", "errors"]
)
def test_a_fact_cannot_take_a_name_of_rfc_9457(name):
    with pytest.raises(TypeError, match="reserved fact names"):
        DomainError(**{name: 1})


def test_the_time_to_wait_leaves_as_a_header_and_not_as_a_fact():
    refusal = TooManyRequests(retry_after=17)

    assert refusal.headers == {"Retry-After": "17"}
    assert refusal.facts == {}
    assert ServiceUnavailable().headers == {"Retry-After": "2"}
