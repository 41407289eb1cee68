"""One small thing to call for every way in which Python calls."""
