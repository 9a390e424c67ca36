"""The house keeps itself: arrows, migrations, templates, settings."""
