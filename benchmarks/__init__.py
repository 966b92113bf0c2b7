"""How fast the district is, each figure divided by a limit of the same run: `python -m benchmarks NAME`.

Every benchmark brings its own durable PostgreSQL, prepares its data, runs what it measures and its
limit in turns, and refuses to report when the ledger's audit finds anything afterwards.
"""
