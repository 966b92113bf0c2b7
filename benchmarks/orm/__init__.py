"""Posting a receipt as a textbook on Django and its REST framework writes it: what `earn_http_orm` divides by."""
