"""What is taken at a counter, by the till's API and by the back office alike."""

# The till's numbers of bills and requests, the merchant's of products.
NUMBER = r"^[0-9A-Za-z][0-9A-Za-z._:/#-]{0,63}\Z"
# A rotating code, a ticket or a printed number with its PIN.
CODE = r"^[0-9A-Z-]{1,200}\Z"
MOST_LINES, MOST_CODES = 500, 10
