"""The database says no last: each constraint and trigger by plain SQL."""
