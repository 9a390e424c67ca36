"""What came of it: followers, metrics of posts, lessons learned, invitations, reports, deposits.

It reads the layers below and writes nothing of theirs.
"""
