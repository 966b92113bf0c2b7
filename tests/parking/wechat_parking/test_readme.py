"""The example of the README is played."""

import re

from django.conf import settings

from district.kernel import clock
from parking.models import Stay
from parking.queries.arrears import arrears_of, due_fen_of
from parking.queries.reservations import shopper_record
from parking.queries.vehicles import number_hash
from parking.wechat_parking.leaving import ask_to_leave
from tests.factories.stays import PLATE


def test_the_readme_tells_the_truth(scene):
    readme = (settings.ROOT / "parking" / "wechat_parking" / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)

    def drive_in(minutes):
        scene.enter(minutes=minutes)
        return Stay.objects.select_related("wechat_entry", "car_park").latest("pk")

    exec(
        example,
        {
            "drive_in": drive_in,
            "drive_out": scene.leave,
            "wechat_settles": scene.settle,
            "person_repays_wechat": scene.repay,
            "ask_to_leave": ask_to_leave,
            "arrears_of": arrears_of,
            "due_fen_of": due_fen_of,
            "shopper_record": shopper_record,
            "member": scene.member,
            "plate": number_hash(PLATE, "blue"),
            "now": clock.now,
        },
    )
