"""The example of the README is played against the sandbox."""

import re
from pathlib import Path

from district.wechat import pay_account
from tests.wechat.fixtures import APPID


def test_the_readme_tells_the_truth(sandbox, receiver, settings):
    sandbox.configure(settings)
    readme = Path(pay_account.__file__).with_name("README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)

    def pay_on_the_phone(parameters):
        sandbox.control("pay-order", **parameters)
        return receiver.wait_for(1)[0]

    names = {
        "appid": APPID,
        "openid": sandbox.openid(),
        "notify_url": receiver.url,
        "pay_on_the_phone": pay_on_the_phone,
        "lose_the_next_answer": lambda: sandbox.trouble("request_refund", "cut"),
    }
    exec(compile(example, "README.md", "exec"), names)

    assert names["refund"].refund_fen == 500
    assert len(sandbox.documents("refund")) == 1
