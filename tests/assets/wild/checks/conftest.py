import pytest

from wild.core import leaf


@pytest.fixture(autouse=True)
def everywhere():
    leaf()


@pytest.fixture
def anyio_backend():
    return "asyncio"
