"""The complaint machine. Pure: knows no database, no clock of the machine and no framework.

`transitions.TABLE` is what may happen, `apply` makes it happen, `timers` say what time makes happen,
`events` keep it, `scoring` says what it means for the merchant's score.
"""
