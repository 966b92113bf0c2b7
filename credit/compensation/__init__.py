"""Advance compensation (先行赔付): a fund pays the shopper, and the merchant owes the fund."""
