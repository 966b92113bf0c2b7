"""Spelling, money, tables and codes in texts and files."""
