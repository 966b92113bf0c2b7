"""What a coupon is worth, where, when and beside which others: pure rules over plain values.

Nothing here reads a table or a clock. The same rules will run at tills without a network, so everything
they need arrives as data; `vectors.json` beside it holds cases that every implementation must answer alike.
"""
