"""What parking can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint, refusal_of_sql
from district.kernel.errors import DomainError


class CarParkClosed(DomainError):
    code, title = "car_park_closed", _("停车场已停用")
    wording = _("该停车场已停用，不能再修改。")


class CarParkHoursOverlap(DomainError):
    code, title = "car_park_hours_overlap", _("开放时间互相重叠")
    wording = _("请检查同一天或跨零点的时段。")


class CapacityOutOfBounds(DomainError):
    code, status, title = "car_park_capacity_out_of_bounds", 400, _("车位数有误")
    wording = _("车位数为 0 至 {most}，可预约车位数不能多于车位数。")


class PositionIncomplete(DomainError):
    code, status, title = "car_park_position_incomplete", 400, _("坐标有误")
    wording = _("纬度与经度须同时填写，且在 ±90 与 ±180 之内。")


class LayoutInvalid(DomainError):
    code, status, title = "car_park_layout_invalid", 400, _("楼层或出入口有误")
    wording = _(
        "楼层（至多 10 字）、同层区域（20 字）与出入口（60 字）的名称不能为空或重复，限高为 1 至 10 米。"
    )


class SiteFileInvalid(DomainError):
    code, status, title = "car_park_file_invalid", 400, _("停车场文件有误")
    wording = _("无法读取文件：{reason}。")


class FeedNotOfOperator(DomainError):
    code, title = "feed_not_of_operator", _("数据源不属于该商户")
    wording = _("停车场只能使用本商户的余位数据源。")


class FeedNameTaken(DomainError):
    code, title = "feed_name_taken", _("数据源名称已存在")
    wording = _("该商户已有同名的余位数据源。")


class FeedKeyInvalid(DomainError):
    code, status, title = "feed_key_invalid", 401, _("数据源密钥无效")
    wording = _("数据源密钥不存在或已吊销，请换用有效的密钥。")

    @property
    def headers(self) -> dict[str, str]:
        return super().headers | {"WWW-Authenticate": 'Bearer realm="feed"'}


class TariffNotOfOperator(DomainError):
    code, title = "tariff_not_of_operator", _("收费标准不属于该商户")
    wording = _("停车场只能使用本商户的收费标准。")


class TariffNameTaken(DomainError):
    code, title = "tariff_name_taken", _("收费标准名称已存在")
    wording = _("该商户已有同名的收费标准。")


class TariffDocumentInvalid(DomainError):
    code, status, title = "tariff_invalid", 400, _("收费标准有误")
    wording = _("收费标准不完整或自相矛盾：{faults}。")


class TariffVersionPublished(DomainError):
    code, title = "tariff_version_published", _("收费标准版本已发布")
    wording = _("已发布的版本不能再修改或再次发布，请起草新版本。")


class TariffStartInPast(DomainError):
    code, title = "tariff_start_in_past", _("生效时间已过")
    wording = _("新版本不能从过去的时间起生效。")


class TariffVersionFollows(DomainError):
    code, title = "tariff_version_follows", _("已有更晚生效的版本")
    wording = _("已有版本自 {starts} 起生效，请先撤回该版本。")


class TariffVersionInForce(DomainError):
    code, title = "tariff_version_in_force", _("收费标准版本已生效")
    wording = _("已生效的版本不能撤回，请发布新版本取代。")


class PlateInvalid(DomainError):
    """`problem` is what `parking.plates` says is wrong."""

    code, status, title = "plate_invalid", 400, _("车牌有误")

    _PROBLEMS = {
        "empty": _("请填写车牌号。"),
        "length": _("车牌号应为 7 或 8 位。"),
        "province": _("车牌首位应为省份简称。"),
        "letter": _("车牌第二位应为字母（不含 I 与 O）。"),
        "serial": _("车牌号的后几位不符合任何一种号牌。"),
        "colour": _("该车牌号没有这种颜色的号牌。"),
    }

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)
        self.detail = str(self._PROBLEMS[problem])


@refusal_of_constraint("plate_of_one_member_at_a_time")
class PlateTaken(DomainError):
    code, title = "plate_taken", _("车牌已被登记")
    wording = _("该车牌已由其他会员登记。若是您的车辆，请提交争议，由运营方核实行驶证。")


class TooManyVehicles(DomainError):
    code, title = "too_many_vehicles", _("车辆数量已达上限")
    wording = _("最多登记 {most} 辆车，请先移除不用的车辆。")


class VehicleReserved(DomainError):
    code, title = "vehicle_reserved", _("该车辆有未结束的预约")
    wording = _("请先取消或完成该车辆的预约。")


class DisputePointless(DomainError):
    code, title = "plate_dispute_pointless", _("无需提交争议")
    wording = _("该车牌没有被其他会员登记，请直接添加车辆。")


@refusal_of_sql
class VehicleRemoved(DomainError):
    code, title = "vehicle_removed", _("车辆已移除")
    wording = _("该车辆已不在您的名下，请重新选择车辆。")


class NotReservable(DomainError):
    code, title = "car_park_not_reservable", _("该停车场不接受预约")
    wording = _("请选择可预约的停车场与车位类型。")


class PolicyOutOfBounds(DomainError):
    code, status, title = "reservation_policy_out_of_bounds", 400, _("预约规则有误")
    wording = _("{term} 须在 {low} 与 {high} 之间。")


class WindowInvalid(DomainError):
    """`problem` is what `parking.reservations.windows` says is wrong."""

    code, status, title = "reservation_window_invalid", 400, _("预约时段有误")

    _PROBLEMS = {
        "order": _("结束时间须晚于开始时间。"),
        "grid": _("开始与结束须为整刻钟。"),
        "past": _("开始时间不能早于当前时间。"),
        "long": _("预约时长超过该停车场的上限。"),
        "far": _("开始时间超出可提前预约的天数。"),
    }

    def __init__(self, *, problem: str) -> None:
        super().__init__(problem=problem)
        self.detail = str(self._PROBLEMS[problem])


class CarParkNotOpen(DomainError):
    code, title = "car_park_not_open", _("该时段不开放")
    wording = _("停车场在预约开始时不开放。")


@refusal_of_sql
class TooManyReservations(DomainError):
    code, title = "too_many_reservations", _("预约数量已达上限")
    wording = _("最多同时有 {most} 个未结束的预约。")


@refusal_of_constraint("reservation_of_a_plate_never_overlaps")
class PlateReservedAlready(DomainError):
    code, title = "plate_reserved_already", _("该车辆在此时段已有预约")
    wording = _("同一车牌的预约时段不能重叠，请更改或取消原有预约。")


@refusal_of_constraint("reservation_of_a_bay_never_overlaps")
class BayReserved(DomainError):
    code, title = "bay_reserved", _("该车位在此时段已被预约")
    wording = _("请选择其他车位或时段。")


@refusal_of_sql
class ReservationFull(DomainError):
    """`windows` are the nearest in this pool that fit, `car_parks` the nearest others with the window asked for."""

    code, title = "reservation_full", _("该时段已约满")
    wording = _("请改选附近的时段或停车场。")


class ReservationNotOpen(DomainError):
    code, title = "reservation_not_open", _("预约状态不允许此操作")
    wording = _("该预约目前为「{state_name}」。")


class DepositUnpaid(DomainError):
    code, title = "deposit_unpaid", _("定金未支付")
    wording = _("该预约须先支付定金 {deposit_yuan}。")


class TooEarly(DomainError):
    code, title = "arrival_too_early", _("尚未到可入场时间")
    wording = _("请在预约开始前的规定时间内入场。")


class ContestTooLate(DomainError):
    code, title = "contest_too_late", _("已超过申诉期")
    wording = _("未到场记录须在 {days} 天内申诉。")


class StayNotInState(DomainError):
    code, title = "stay_not_in_state", _("停车记录状态不允许此操作")
    wording = _("该停车记录的状态已改变，请刷新后重试。")


@refusal_of_constraint("ticket_of_one_member")
class TicketTaken(DomainError):
    code, title = "parking_ticket_taken", _("停车票已被绑定")
    wording = _("该停车票已由其他会员绑定，请联系停车场工作人员。")


class StayTimeInvalid(DomainError):
    code, status, title = "stay_time_invalid", 400, _("时间有误")
    wording = _("离场不能早于入场，也不能晚于当前时间。")


class FeeUnknown(DomainError):
    code, title = "parking_fee_unknown", _("停车费暂不能计算")
    wording = _("入场、离场或收费标准尚不明确，请联系停车场。")


class NothingDue(DomainError):
    code, title = "parking_nothing_due", _("无需支付")
    wording = _("目前没有待支付的停车费，可直接离场。")


class QuoteOfAnother(DomainError):
    code, title = "parking_quote_of_another", _("他人正在支付")
    wording = _("该停车记录正由他人支付，请稍后再试。")


class QuoteNotOpen(DomainError):
    code, title = "parking_quote_not_open", _("报价已失效")
    wording = _("该报价目前为「{state_name}」，请重新获取。")


class TakesNoCoupons(DomainError):
    code, title = "car_park_takes_no_coupons", _("该停车场不接受优惠券与积分")
    wording = _("请直接支付停车费。")


class FeeNotRefundable(DomainError):
    code, title = "parking_fee_not_refundable", _("没有可退的停车费")
    wording = _("该停车记录没有可退的金额；优惠券与商户减免只能整笔退回。")


@refusal_of_constraint("validation_once_per_receipt")
class ReceiptValidatedAlready(DomainError):
    code, title = "receipt_validated_already", _("小票已减免过停车")
    wording = _("同一张小票只能减免一次停车。")


class BelowValidation(DomainError):
    code, title = "receipt_below_validation", _("未达到停车减免条件")
    wording = _("该消费金额没有适用于此停车场的减免规则。")


class ValidationEnded(DomainError):
    code, title = "parking_validation_ended", _("停车减免已结束")
    wording = _("该减免目前为「{state_name}」，不能撤销。")


@refusal_of_constraint("validation_rule_one_from_an_amount")
class ValidationRuleTaken(DomainError):
    code, title = "validation_rule_taken", _("已有同一金额的减免规则")
    wording = _("请先停用该商户同一消费金额的规则。")


class FeeTermsOutOfBounds(DomainError):
    code, status, title = "car_park_fee_terms_out_of_bounds", 400, _("收费设置有误")
    wording = _("收费门店须属于该商户，付费后离场时限为 5 至 120 分钟。")
