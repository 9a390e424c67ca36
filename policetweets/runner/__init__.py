"""The one-command runner: set-up, embedded servers, supervisor, tests (docs/running.md)."""
