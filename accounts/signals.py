"""Sent inside the transaction of the act; publishing obeys, the scan finds the same without."""

from django.dispatch import Signal

# Arguments: account_id, person_id.
right_ended = Signal()
