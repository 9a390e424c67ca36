"""Say it when this Python is too old or too new; else go on with install.py.

Run as a file by whatever Python the Makefile found, so in a syntax that even Python 2 reads.
"""

import sys

if not ((3, 11) <= sys.version_info[:2] <= (3, 13)):
    sys.stderr.write(
        "policetweets needs Python 3.11, 3.12 or 3.13, and "
        + sys.executable
        + " is Python "
        + ".".join(str(number) for number in sys.version_info[:2])
        + ": install one of them (on Debian or Ubuntu: apt install python3 python3-venv) "
        + "or name it: make PYTHON=/path/to/python3.11.\n"
    )
    sys.exit(1)

import pathlib
import runpy

runpy.run_path(str(pathlib.Path(__file__).with_name("install.py")), run_name="__main__")
