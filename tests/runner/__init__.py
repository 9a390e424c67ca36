"""The runner: real servers in folders of their own."""
