"""What `collectstatic` gathers of installed packages: the files that our pages use, no other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage

from policetweets.design_system import FOLDER, SCRIPT, STYLE, script, style_sheet

KEPT = re.compile(
    rf"{FOLDER}/fonts/Marianne-.*\.woff2|{FOLDER}/favicon/favicon\.svg|django_htmx/htmx-2\.min\.js"
)


class PackagesFinder(AppDirectoriesFinder):
    """Files of installed packages, and the style sheet and script made of the design system's."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[Any]:
        """Pairs of a path and the storage that has it."""
        for path, storage in super().list(ignore_patterns):
            if KEPT.fullmatch(path):
                yield path, storage
        made = MadeFiles(location="/")
        for path, content in ((STYLE, style_sheet()), (SCRIPT, script())):
            made.save(path, ContentFile(content.encode()))
            yield path, made


class MadeFiles(InMemoryStorage):
    def path(self, name: str) -> str:
        """`collectstatic` prints it."""
        return name
