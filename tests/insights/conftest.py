"""The accounts of publishing's tests: connected to a sandbox that answers."""

from tests.publishing.conftest import (  # noqa: F401
    backdate,
    liar,
    lies,
    line,
    sandbox_process,
    woken,
    x,
)
