"""The example of the README is played."""

import re
from importlib import import_module
from pathlib import Path

from district.kernel import clock
from loyalty import business_circle as package
from loyalty.business_circle import services, values
from loyalty.errors import PurchaseAlreadyEarned
from tests.business_circle import mall_steps
from tests.business_circle.mall_steps import fresh, fresh_key, member_of


def test_the_readme_tells_the_truth(store, operator, settings, monkeypatch):
    readme = (Path(package.__file__).parent / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    sender = import_module("loyalty.business_circle.services.send_points_syncs")
    sent = {}
    settings.WECHAT_PAY_MCHID = "1900000001"
    monkeypatch.setattr(sender, "pay_client", lambda: None)
    monkeypatch.setattr(
        sender,
        "notify_points",
        lambda _client, update: sent.update({update.transaction_id: update}),
    )

    def answer_at_wechat(transaction_id):
        update = sent[transaction_id]
        names = ("earn_points", "increased_points", "total_points")
        return {name: getattr(update, name) for name in names}

    def report_at_till(openid, *, number, paid_fen, paid_at):
        member = member_of(openid)
        mall_steps.report_at_till(member, store, no=number, paid_fen=paid_fen, paid_at=paid_at)

    names = {name: getattr(services, name) for name in services.__all__} | {
        "ReportedAuthorization": values.ReportedAuthorization,
        "ReportedPayment": values.ReportedPayment,
        "ReportedRefund": values.ReportedRefund,
        "PurchaseAlreadyEarned": PurchaseAlreadyEarned,
        "at": clock.now(),
        "store": store,
        "operator": operator,
        "key": fresh_key(),
        "state_of": lambda row: fresh(row).state,
        "points_of": lambda openid: mall_steps.points_of(member_of(openid))[0],
        "report_at_till": report_at_till,
        "answer_at_wechat": answer_at_wechat,
    }
    exec(compile(example, "README.md", "exec"), names)

    assert list(sent) == ["4200001"]
