"""The complaints of a real data set through the APIs of shopper and merchant, the officer's verbs and the timers."""
