"""The command line: a file a command, and what all commands share."""
