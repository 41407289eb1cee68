"""The same promises for unittest's classes; see test_calls.py."""

import unittest

from calls import plain


class TestCase(unittest.TestCase):
    def setUp(self):
        plain.leaf()

    def test_method(self):
        """- ~> setUp; setUp -> leaf"""

    def test_subtests(self):
        """- ~> setUp; setUp -> leaf; test_subtests -> rank; rank -> leaf"""
        for n in range(2):
            with self.subTest(n=n):
                plain.rank(n)
