"""Images: one a repository with its environment, and over it a thin layer a task with the skeleton."""
