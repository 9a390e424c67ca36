"""The State's design system (DSFR) as far as our pages use it: one style sheet and one script.

The package holds 1,600 files. `collectstatic` makes two of them: the rules of its style sheets
whose classes our pages may carry, with the icons that these rules show, and the scripts of the
components that need any. No Django here: the runner asks what they are made of.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[1]
# The package's own folder, so that URLs inside its style sheets stay right.
FOLDER = "dsfr/dist"
STYLE, SCRIPT = f"{FOLDER}/used.css", f"{FOLDER}/used.js"
SHEETS = ("dsfr.main.min.css", "utility/utility.main.min.css", "dsfr.print.min.css")
# In the order of what they need of each other.
COMPONENTS = (
    "core",
    "scheme",
    "component/modal",
    "component/header",
    "component/table",
    "component/display",
)
# Where a page's classes are written.
WRITTEN = {
    "templates": "*.html",
    "static": "*.js",
    **dict.fromkeys(("accounts", "approvals", "publishing", "insights", "policetweets"), "*.py"),
}

_AROUND = re.compile(r"/\*!.*?\*/|@charset[^;]*;", re.DOTALL)
_BRACES = re.compile(r"""  "[^"]*" | '[^']*' | [{}] """, re.VERBOSE)
_FOREIGN_FONT = re.compile(r"@font-face\{[^}]*font-family:Spectral[^}]*\}")
_OLD_FONT = re.compile(r',url\([^)]*\.woff\) format\("woff"\)')
_ICON = re.compile(r"url\(([^)\"']*\.svg)\)")


def style_sheet() -> str:
    """The rules for the classes that are written somewhere, with their icons inside."""
    used = used_blocks()
    return licence() + "".join(_with_icons(sheet, pruned(read(sheet), used)) for sheet in SHEETS)


def script() -> str:
    """The components' modules, each in a block of its own, since all name things alike."""
    parts = (f"{path}/{path.split('/')[-1]}.module.min.js" for path in COMPONENTS)
    return licence() + "\n".join(f"{{{read(part)}}}" for part in parts)


def block(name: str) -> str:
    """fr-btn of fr-btn--secondary, fr-header of fr-header__menu."""
    return re.split("__|--", name)[0]


def used_blocks() -> set[str]:
    """Of every class of the design system that our files write or that its scripts look for."""
    written = {
        name
        for folder, kind in WRITTEN.items()
        for file in (ROOT / folder).rglob(kind)
        for name in re.findall(r"\bfr-[a-z0-9_-]+", file.read_text(encoding="utf-8"))
    }
    looked_for = {f"fr-{name}" for name in re.findall(r'"([a-z]+(?:-[a-z]+)*)"', script())}
    return {block(name) for name in written | looked_for}


def inputs() -> str:
    """A digest of what `collectstatic` reads: the same digest, the same static files."""
    digest = hashlib.sha256(" ".join(sorted(used_blocks())).encode())
    made_by = ("requirements.txt", "policetweets/settings.py", "policetweets/static_files.py")
    ours = (file for file in (ROOT / "static").rglob("*") if file.is_file())
    for file in sorted((*ours, *(ROOT / name for name in made_by), Path(__file__))):
        digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def pruned(sheet: str, used: set[str]) -> str:
    """A minified style sheet without the selectors that need a class of another block."""
    kept = []
    for prelude, body in _rules(sheet):
        if prelude.startswith(("@media", "@supports")):
            body = pruned(body, used)
        elif not prelude.startswith("@"):
            selectors = re.split(r",(?![^(]*\))", prelude)
            prelude = ",".join(one for one in selectors if _may_match(one, used))
        if prelude and body:
            kept.append(f"{prelude}{{{body}}}")
    return "".join(kept)


def _rules(sheet: str) -> Iterator[tuple[str, str]]:
    """What stands before each outermost pair of braces, and between them."""
    depth = start = 0
    prelude = ""
    for brace in _BRACES.finditer(sheet):
        if brace[0] == "{":
            if depth == 0:
                prelude, start = sheet[start : brace.start()], brace.end()
            depth += 1
        elif brace[0] == "}":
            depth -= 1
            if depth == 0:
                yield prelude, sheet[start : brace.start()]
                start = brace.end()


def _may_match(selector: str, used: set[str]) -> bool:
    wanted = re.sub(r":not\([^)]*\)", "", selector)
    return all(block(name) in used for name in re.findall(r"\.(fr-[\w-]+)", wanted))


def _with_icons(sheet: str, rules: str) -> str:
    folder = (_dist() / sheet).parent
    rules = _OLD_FONT.sub("", _FOREIGN_FONT.sub("", rules))
    return _ICON.sub(lambda found: f'url("{_icon(folder / found[1])}")', rules)


@functools.cache
def _icon(file: Path) -> str:
    drawing = file.read_text(encoding="utf-8").strip().replace('"', "'")
    return "data:image/svg+xml," + quote(drawing, safe=" ='/:")


def licence() -> str:
    """The package's own first comment, which stays with every part of it."""
    text = (_dist() / SHEETS[0]).read_text(encoding="utf-8")
    return text[text.index("/*!") : text.index("*/") + 2] + "\n"


def read(part: str) -> str:
    """One of the package's files, without its licence and its declaration of an encoding."""
    return _AROUND.sub("", (_dist() / part).read_text(encoding="utf-8"))


@functools.cache
def _dist() -> Path:
    """Of the installed package, which needs Django's settings only when it is imported."""
    return Path(str(files("dsfr"))) / "static" / FOLDER
