"""The accounts of publishing's tests: connected to a sandbox that answers."""

import pytest

from tests.insights.weeks import a_week
from tests.publishing.conftest import (  # noqa: F401
    backdate,
    liar,
    lies,
    line,
    sandbox_process,
    woken,
    x,
)


@pytest.fixture
def week(line):  # noqa: F811
    """The cast, and what they did."""
    a_week(line)
    return line
