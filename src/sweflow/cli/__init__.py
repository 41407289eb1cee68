"""The command line: a file a command, and what all commands share.

It takes arguments, environment variables and ``sweflow.toml``, calls what the public API calls, and gives tables or
JSON, progress on standard error, and an exit code.
"""
