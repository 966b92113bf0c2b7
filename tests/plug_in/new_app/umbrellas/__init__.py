"""Umbrellas that stores lend to members: the smallest app that has something of everything."""
