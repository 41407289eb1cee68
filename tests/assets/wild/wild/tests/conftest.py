import pytest

from wild.core import double


@pytest.fixture
def four():
    return double(2)
