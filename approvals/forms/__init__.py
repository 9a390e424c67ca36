"""What people type, read field by field; what was typed is never thrown away."""
