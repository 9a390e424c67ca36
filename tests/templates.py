"""Makes an unknown variable in one of our own templates an error; Django's are left alone."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from django.conf import settings
from django.template import base, engines


class UnknownVariable(AssertionError):
    """A template of ours names what its view does not give."""


class Loud:
    """Stands for `string_if_invalid`: asked for the words, it finds out who asks."""

    def __bool__(self) -> bool:
        return True

    def __contains__(self, text: str) -> bool:
        return text == "%s"

    def __mod__(self, variable) -> str:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            node = frame.f_locals.get("self")
            if frame.f_code.co_name == "render_annotated" and isinstance(node, base.Node):
                name = node.origin.name
                if name.startswith(str(settings.BASE_DIR / "templates")):
                    raise UnknownVariable(f"{{{{ {variable} }}}} in {name}")
                return ""
            frame = frame.f_back
        return ""


class StrictTemplates:
    def __enter__(self) -> None:
        backend: Any = engines["django"]
        self.engine = backend.engine
        self.kept = self.engine.string_if_invalid
        self.engine.string_if_invalid = Loud()

    def __exit__(self, *args) -> None:
        self.engine.string_if_invalid = self.kept
