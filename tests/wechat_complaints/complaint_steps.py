"""Steps of the tests of WeChat's complaints: what the payer does, what our worker does, and what is then there."""

from datetime import timedelta
from itertools import count

from django.test import Client

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.models import WechatComplaint, WechatItem, WechatReply
from credit.wechat_complaints.services.register_address import PATH
from district.kernel import attempts, clock
from district.kernel.idempotency import Key
from district.kernel.inbox.handling import handle_due
from district.kernel.models import InboxRow
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.values import ReportedPayment

_numbers = count(1)
PAID_FEN = 9_900


def fresh_key(**terms):
    return Key.of("test", f"wechat-complaint-{next(_numbers)}", **terms)


def be_due():
    """As if the time of every back-off were over."""
    past = clock.real_now() - timedelta(seconds=1)
    WechatComplaint.objects.update(next_attempt_at=past)
    WechatReply.objects.filter(state="waiting").update(next_attempt_at=past)


class ComplaintAtWechat:
    """A payer's complaint; each act of the case comes a minute after the one before."""

    def __init__(self, sandbox, receiver, scene, *, person="alice", store=True, **fields):
        self.sandbox, self.receiver, self.scene, self.person = sandbox, receiver, scene, person
        self.payment = sandbox.control(
            "pay-mall-payment",
            person=person,
            amount_fen=PAID_FEN,
            shop_number=scene.store.public_id if store else "??",
        )
        self.fields = fields
        self.number = ""

    def report_payment(self):
        """The notice of the smart district told of the payment."""
        business_circle.note_payment(
            payment=ReportedPayment(
                transaction_id=self.payment["transaction_id"],
                openid=self.payment["openid"],
                amount_fen=PAID_FEN,
                paid_at=clock.instant(self.payment["time_end"]),
                shop_number=self.payment["shop_number"],
                shop_name="",
                is_requested=False,
            )
        )
        return self

    def make(self, **fields):
        """The payer complains; nothing is delivered."""
        values = {"person": self.person, "transaction_id": self.payment["transaction_id"]}
        made = self.sandbox.control("pay-complaint", **values | self.fields | fields)
        self.number = made["complaint_id"]
        return self

    def payer(self, act, text="", **fields):
        self.sandbox.control(
            "pay-complaint-act", complaint_id=self.number, act=act, text=text, **fields
        )
        return self

    def read(self):
        """As if a notice had come: read it."""
        wechat_complaints.note_notice(complaint_id=self.number)
        be_due()
        wechat_complaints.fetch_complaints()
        return self

    def send(self):
        """What the case says goes out."""
        case = self.row.case
        if case is not None:
            wechat_complaints.note_case_events(case=case.pk)
        be_due()
        while wechat_complaints.send_replies():
            be_due()
        return self

    def act(self, verb, **arguments):
        """Somebody does something to the case."""
        getattr(complaints, verb)(case=self.case, key=fresh_key(), **arguments)
        return self

    def accepted(self):
        return self.report_payment().make().read().act("accept_case", by=self.scene.officer)

    def answered(self):
        return self.accepted().act(
            "answer_case", by=self.scene.clerk, stance="agree", text="为您退款。"
        )

    def proposed(self, fen=PAID_FEN):
        remedy = CaseRemedy(RemedyKind.REFUND, fen)
        return self.answered().act(
            "propose_remedy", actor=CaseActor.MERCHANT, by=self.scene.clerk, remedy=remedy
        )

    def for_payer(self, act, words=""):
        wechat_complaints.act_for_payer(
            complaint=self.row, act=act, words=words, by=self.scene.officer, key=fresh_key()
        )
        return self

    def done(self, fen=PAID_FEN):
        self.proposed(fen).for_payer("accept")
        return self.act(
            "mark_remedy_done", by=self.scene.clerk, evidence=["退款单"], refund_fen=fen
        )

    def refund(self, fen=PAID_FEN):
        """The money comes back at WeChat."""
        self.sandbox.control(
            "pay-mall-refund",
            transaction_id=self.payment["transaction_id"],
            refund_fen=fen,
            send_anyway=False,
        )
        return self

    @property
    def row(self):
        return WechatComplaint.objects.get(complaint_id=self.number)

    @property
    def case(self):
        return self.row.case

    @property
    def at_wechat(self):
        """The complaint as the sandbox keeps it."""
        (found,) = [
            each
            for each in self.sandbox.documents("complaint")
            if each["complaint_id"] == self.number
        ]
        return found

    @property
    def types(self):
        return [item["operate_type"] for item in self.at_wechat["history"]]

    @property
    def replied(self):
        """What we have replied, in WeChat's order."""
        return [
            item["operate_details"]
            for item in self.at_wechat["history"]
            if item["operate_type"] == "MERCHANT_RESPONSE"
        ]

    def replies(self):
        rows = WechatReply.objects.filter(complaint=self.row).order_by("pk")
        return list(rows.values_list("kind", "state"))

    def items(self):
        rows = WechatItem.objects.filter(complaint=self.row).order_by("position", "pk")
        return list(rows.values_list("operate_type", "state"))


def deliver(receiver, number):
    """Hand what the sandbox has sent, so many in all, to our address; the answers' statuses."""
    received = list(receiver.wait_for(number))
    receiver.clear()
    return [post(headers, body).status_code for headers, body in received]


def handle():
    """The worker takes up what the inbox has, whatever failed before."""
    InboxRow.objects.filter(handled_at=None).update(next_attempt_at=clock.real_now())
    attempts.replay(InboxRow.objects.all())
    handle_due()


def post(headers, body):
    """As WeChat Pay sends a notice."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    for name in ("HTTP_CONTENT_LENGTH", "HTTP_HOST"):
        named.pop(name, None)
    return Client(raise_request_exception=False).post(
        f"/{PATH}", body, content_type="application/json", **named
    )
