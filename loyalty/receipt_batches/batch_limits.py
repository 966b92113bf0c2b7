"""How much a batch may hold, and how long what was uploaded is kept."""

from datetime import timedelta

# A million rows of 200 bytes: a year of a large store, and a quarter of an hour's work.
MOST_ROWS = 1_000_000
MOST_BYTES = 512 * 1024 * 1024
# Ten times the longest row that could be right.
LONGEST_ROW = 4096
# Uploads a merchant may have under way: received, waiting or running.
MOST_OPEN = 20

# Rows that are answered and committed together.
CHUNK = 2_000
# What of an upload is committed together: whichever comes first.
STAGE_ROWS, STAGE_BYTES = 4_000, 1024 * 1024
PIECE = 64 * 1024
# A till that sends slower than this is asked to go on with another request.
UPLOAD_SECONDS = 60.0
# Uploads one web process takes at a time: the other threads stay free for the counter.
UPLOADS_AT_ONCE = 2

# Uploaded lines go some time after they were answered, forgotten uploads likewise; answers stay longer.
KEEP_LINES = timedelta(days=14)
KEEP_UNFINISHED = timedelta(days=7)
KEEP_ANSWERS = timedelta(days=180)
