"""The source index: takes files as bytes, gives definitions, names, classes and modules with their places."""
