"""The graph: takes a trace and an index, gives the runtime dependency graph."""
