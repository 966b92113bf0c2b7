"""What happens to the car of 小林: it comes, its gate asks whether it may leave, it leaves, WeChat settles."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from district.kernel import clock
from parking import services as parking
from parking.models import Arrears, Stay, WechatCharge, WechatEntry, WechatPlate
from parking.queries.arrears import due_fen_of
from parking.queries.vehicles import number_hash
from parking.wechat_parking.charges import follow_charges
from parking.wechat_parking.entries import end_entries, report_entries
from parking.wechat_parking.leaving import ask_to_leave
from tests.factories.stays import PLATE, gate_row, pass_gate

ADDRESS = "/wechat/parking/notices"


@dataclass
class ParkedCar:
    sandbox: Any
    deliver: Any
    member: Any
    car_park: Any
    vehicle: Any
    receiver: Any

    def forget_notice(self) -> None:
        """One of payments, which has another address."""
        self.receiver.wait_for(1)
        self.receiver.clear()

    def serve(self, **fields: Any) -> None:
        plate = {"plate_number": PLATE, "plate_color": "BLUE"}
        self.sandbox.control("pay-plate", person="小林", **plate | fields)

    def enter(self, *, minutes: int = 85, **fields: Any) -> Stay:
        """So many minutes ago; WeChat is told where it is to be told."""
        at = clock.now() - timedelta(minutes=minutes)
        pass_gate(self.car_park, gate_row(self.car_park, "entry", at, **fields))
        report_entries()
        return Stay.objects.latest("pk")

    def leave(self) -> Stay:
        """Through the gate, without asking."""
        pass_gate(self.car_park, gate_row(self.car_park, "exit", clock.now(), lane="西出口 1"))
        end_entries()
        return Stay.objects.latest("pk")

    def end(self) -> None:
        end_entries()

    def at(self) -> Any:
        return clock.now()

    def plate_states(self) -> dict[str, str]:
        return dict(WechatPlate.objects.values_list("vehicle__colour", "state"))

    def ask(self) -> Any:
        found_by = number_hash(PLATE, "blue")
        return ask_to_leave(car_park=self.car_park, found_by=found_by, colour="blue", lane="西出口")

    def settle(self, outcome: str = "SUCCESS") -> None:
        """WeChat ends the charge and says so."""
        self.sandbox.control("pay-settle-charge", out_trade_no=self.charge.number, outcome=outcome)
        self.deliver(1)

    def repay(self) -> None:
        self.sandbox.control("pay-repay-charge", out_trade_no=self.charge.number)
        self.deliver(1)

    def follow(self) -> int:
        """The worker, when everything that waits is due."""
        WechatCharge.objects.update(next_attempt_at=clock.real_now())
        return follow_charges()

    def reckon(self, *, minutes: int = 16) -> None:
        """Some time after the car left."""
        with clock.travel_to(clock.now() + timedelta(minutes=minutes)):
            parking.reckon_stays()

    @property
    def entry(self) -> WechatEntry:
        return WechatEntry.objects.select_related("stay").latest("pk")

    @property
    def charge(self) -> WechatCharge:
        return WechatCharge.objects.latest("pk")

    @property
    def arrears(self) -> Arrears | None:
        return Arrears.objects.first()

    def due_fen(self) -> int:
        stay = Stay.objects.latest("pk")
        return due_fen_of(stay, clock.now())
