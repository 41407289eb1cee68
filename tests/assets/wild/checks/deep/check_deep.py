def test_two_conftests():
    """- ~> everywhere; everywhere -> leaf; - ~> deeper; deeper -> double; double -> leaf"""
