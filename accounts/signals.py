"""Sent inside the transaction of the act; publishing follows, the scan finds the same without."""

from django.dispatch import Signal

# Arguments: account_id, person_id.
right_ended = Signal()

# Arguments: account_id. A supervisor's function is another one.
function_changed = Signal()

# A question, asked before somebody ends a right: each receiver answers how many waiting
# publications rest on it. Arguments: account_id, person_id.
what_rests_on = Signal()
