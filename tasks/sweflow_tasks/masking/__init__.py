"""Masking: takes files, index and schedule, gives the chain of trees with stubs and without later tests."""
