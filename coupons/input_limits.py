"""What is taken at a counter, by the till's API and by the back office alike."""

# A rotating code, a ticket or a printed number with its PIN.
LONGEST_CODE = 200
CODE = rf"^[0-9A-Z-]{{1,{LONGEST_CODE}}}\Z"
MOST_LINES, MOST_CODES = 500, 10
