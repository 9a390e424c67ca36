"""The project package: settings, URLs, workers, health, and the one-command runner."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policetweets.settings")
