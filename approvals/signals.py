"""What approvals tells the upper layers, in the transaction of the act, and what it asks them."""

from django.dispatch import Signal

# Argument: release. publishing follows; the scan finds the same without.
released = Signal()
# Arguments: draft, raised. An objection was raised, or lifted; publishing holds what waits, or
# lets it go on, and raises a Refusal when the text has left. The scan finds the same without.
objected = Signal()
# Argument: drafts, a queryset. The answers are sets of texts: what X has of these drafts, or had.
texts_on_x = Signal()
# Argument: release_id. The answers are whether its first post stands on X, as far as is known.
standing_on_x = Signal()
