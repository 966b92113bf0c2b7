"""How much a file may hold."""

# Some minutes' work; whoever has more opens several jobs.
MOST_ROWS = 200_000
MOST_BYTES = 16 * 1024 * 1024
# Rows read at once. Each is committed by itself, or a job would hold the stock against those who claim.
CHUNK = 200
# Rows written or looked up by one statement at an upload.
AT_ONCE = 5_000
# Of a third-party code, without blanks and hyphens.
SHORTEST_CODE, LONGEST_CODE = 6, 64
