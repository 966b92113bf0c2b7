"""Passwords of tests, hashed as in the product but in one round: half a second of computing for each person is not what is tested.

A server of the product checks them all the same, for a hash says how many rounds it has.
"""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class OneRoundHasher(PBKDF2PasswordHasher):
    iterations = 1
