import pytest

from wild.core import double


@pytest.fixture(autouse=True)
def deeper(everywhere):
    double(1)
