"""A client of WeChat Pay v3 for a direct merchant: small, typed, and bound to no project.

It imports the standard library, `cryptography` and `requests` only. Base addresses, clock, keys and merchant come
from outside, so it cannot know whether it talks to WeChat or to something that plays WeChat. Where to begin:

    keys              the merchant's own keys, WeChat Pay's keys
    client            one signed call: sent, verified, repeated where that is safe
    orders, refunds, bills, business_circle, parking, certificates, complaints,
    complaint_address, pictures                                       what can be asked
    notices           what WeChat Pay sends by itself
    errors            how all of it can fail
"""
