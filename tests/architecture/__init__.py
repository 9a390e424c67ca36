"""The architecture holds: import arrows, migrations, templates, settings."""
