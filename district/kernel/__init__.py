"""The grammar: what every app speaks, knowing no app."""
