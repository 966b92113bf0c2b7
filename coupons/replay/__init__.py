"""Posts the coupon redemptions of a real data set through the HTTP APIs and reports figures anyone can
recompute."""
