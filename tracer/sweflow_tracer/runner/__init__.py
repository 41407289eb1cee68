"""The runner: takes a tree of files and options, runs one pytest session with the probe in it, gives its records."""
