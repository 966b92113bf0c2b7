"""The coupon redemptions of a real data set through the APIs of shopper and till."""
