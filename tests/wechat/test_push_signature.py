"""The official example of a message push: wechatpy, which will check pushes, agrees with it."""

import pytest
from wechatpy.exceptions import InvalidSignatureException
from wechatpy.utils import check_signature

SIGNATURE = "f464b24fc39322e44b38aa78f5edd27bd1441696"


def test_the_official_push_signature_is_right_and_no_other():
    check_signature("AAAAA", SIGNATURE, "1714036504", "1514711492")
    with pytest.raises(InvalidSignatureException):
        check_signature("AAAAB", SIGNATURE, "1714036504", "1514711492")
