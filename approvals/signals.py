"""What approvals tells the upper layers, in the transaction of the act, and what it asks them."""

from django.dispatch import Signal

# Argument: release. publishing follows; the scan finds the same without.
released = Signal()
# Argument: draft. The answers are sets of texts: what X has of this draft, or had.
texts_on_x = Signal()
