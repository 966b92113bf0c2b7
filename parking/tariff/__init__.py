"""What a stay costs: a document of rules, a calendar, two instants in; a fee with its lines out.

Pure: no table, no clock, no Django. Time is counted in whole minutes of the clock: a minute in which
the car came or left does not count, so nobody pays for more time than he stayed.
"""
