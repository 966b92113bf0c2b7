"""The example of the README is played against the sandbox."""

import re
from datetime import timedelta
from pathlib import Path

from district import payments as package
from district.kernel import clock
from district.kernel.idempotency import Key
from district.payments import services as payments
from district.payments.models import PaymentRefund
from tests.factories.members import make_member
from tests.payments.payment_steps import events, work


def test_the_readme_tells_the_truth(wechat_pay, deliver):
    readme = (Path(package.__file__).parent / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)

    def time_passes():
        for _ in range(2):
            work()

    names = {
        "payments": payments,
        "clock": clock,
        "timedelta": timedelta,
        "Key": Key,
        "events": events,
        "member": make_member("小林", openid=wechat_pay.openid()),
        "pay_on_the_phone": lambda parameters: wechat_pay.control("pay-order", **parameters),
        "notices_come": lambda: deliver(1),
        "lose_answers": lambda route: wechat_pay.trouble(route, "cut", times=3),
        "time_passes": time_passes,
        "refunded_at_wechat": lambda number: wechat_pay.control(
            "pay-settle-refund", out_refund_no=number
        ),
    }
    exec(compile(example, "README.md", "exec"), names)

    assert PaymentRefund.objects.count() == len(wechat_pay.documents("refund")) == 1
