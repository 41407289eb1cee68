"""The history: takes the chain, gives a git repository, patches, and one task as a repository of its own."""
