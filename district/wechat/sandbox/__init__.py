"""A server that plays WeChat's side over real HTTP, for the demo and the tests.

The client never imports this package; it only ever gets another base address and other keys.
"""
