"""Sources: what a repository's files say of its tests' needs. Pure functions over texts; nothing of it is run."""
