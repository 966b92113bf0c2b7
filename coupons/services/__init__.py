"""Every public verb of coupons."""

from coupons.services.budget import (
    decide_budget_change,
    propose_budget_change,
    watch_budgets,
)
from coupons.services.check import CheckResult, check_coupons
from coupons.services.claim import (
    claim_coupon,
    exchange_coupon,
    hand_out_coupon,
    issue_coupon,
)
from coupons.services.consent import agree_to_share, decline_share, revoke_consent
from coupons.services.give import accept_coupon, offer_coupon
from coupons.services.lease import lease_coupon
from coupons.services.pictures import keep_picture
from coupons.services.redeem import redeem_coupons, redeem_offline
from coupons.services.reward import (
    move_coupons,
    reward_kept_purchases,
    reward_receipt,
    take_back_gifts,
)
from coupons.services.show import CouponCode, print_coupon, show_coupon
from coupons.services.stay_coupons import (
    StayCoupon,
    hold_stay_coupons,
    redeem_stay_coupons,
    release_stay_coupons,
    stay_coupons,
)
from coupons.services.sweep import expire_coupons, warn_of_expiring
from coupons.services.tags import tag_member, untag_member
from coupons.services.templates import (
    approve_version,
    create_template,
    reject_version,
    resize_stock,
    save_draft,
    stop_version,
    submit_version,
    validate_draft,
)
from coupons.services.undo import (
    BillRefundPreview,
    ReturnedGoods,
    preview_bill_refund,
    refund_bill,
    reverse_redemption,
)
from coupons.services.undo_exchange import revoke_coupon, undo_exchange
from coupons.services.whole_bill import (
    ReturnedBill,
    preview_whole_bill_refund,
    refund_whole_bill,
)

__all__ = [
    "BillRefundPreview",
    "CheckResult",
    "CouponCode",
    "ReturnedBill",
    "ReturnedGoods",
    "StayCoupon",
    "accept_coupon",
    "agree_to_share",
    "approve_version",
    "check_coupons",
    "claim_coupon",
    "create_template",
    "decide_budget_change",
    "decline_share",
    "exchange_coupon",
    "expire_coupons",
    "hand_out_coupon",
    "hold_stay_coupons",
    "issue_coupon",
    "keep_picture",
    "lease_coupon",
    "move_coupons",
    "offer_coupon",
    "preview_bill_refund",
    "preview_whole_bill_refund",
    "print_coupon",
    "propose_budget_change",
    "redeem_coupons",
    "redeem_offline",
    "redeem_stay_coupons",
    "refund_bill",
    "refund_whole_bill",
    "reject_version",
    "release_stay_coupons",
    "resize_stock",
    "reverse_redemption",
    "revoke_consent",
    "revoke_coupon",
    "reward_kept_purchases",
    "reward_receipt",
    "save_draft",
    "show_coupon",
    "stay_coupons",
    "stop_version",
    "submit_version",
    "tag_member",
    "take_back_gifts",
    "undo_exchange",
    "untag_member",
    "validate_draft",
    "warn_of_expiring",
    "watch_budgets",
]
