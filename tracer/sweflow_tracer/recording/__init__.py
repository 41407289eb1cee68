"""Recording: takes the records of sessions, keeps them in a journal and makes one trace of them."""
