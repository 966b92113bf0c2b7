"""WeChat Pay's side of the sandbox: real keys, real signatures, state that outlives a restart.

It shares no code with the client: what it accepts was written by somebody who knew only the documentation.
"""
