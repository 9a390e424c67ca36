"""`make run` with real servers and stand-ins for everything of the application.

python -m tests.runner.standin; LOCAL_DIR, PORT and SANDBOX_PORT in the environment as usual.
"""

import signal
import sys

from policetweets.runner import run
from policetweets.runner.processes import Service

# Answers HTTP; a SIGTERM ends it, and it writes down when.
WEB = """
import http.server, os, signal, sys, time
def end(*_):
    time.sleep(float(os.environ.get("STANDIN_LINGERS", 0)) * (sys.argv[3] == "worker-send"))
    with open(sys.argv[2], "a") as log: log.write(sys.argv[3] + chr(10))
    sys.exit()
signal.signal(signal.SIGTERM, end)
open(sys.argv[2] + "." + sys.argv[3], "w").close()
if int(sys.argv[1]):
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])),
        http.server.SimpleHTTPRequestHandler).serve_forever()
while True:
    time.sleep(60)
"""


def standin(name, folder, env, port=0, answers=lambda: True):
    """It has started when it would notice a signal; on a busy machine that takes a while."""
    listens = folder / f"ended.{name}"
    listens.unlink(missing_ok=True)
    command = [sys.executable, "-c", WEB, str(port), str(folder / "ended"), name]
    return Service(
        name,
        folder,
        command,
        env,
        answers=lambda: listens.exists() and answers(),
        steps=[(signal.SIGTERM, 10)],
    )


def sandbox(folder, env, chosen):
    return standin("sandbox", folder, env, chosen.sandbox, lambda: run.http_answers(chosen.sandbox))


def application(folder, env, chosen):
    return [
        *(standin(name, folder, env) for name in run.WORKERS),
        standin("web", folder, env, chosen.web, lambda: run.http_answers(chosen.web)),
    ]


if __name__ == "__main__":
    run.sandbox = sandbox
    run.application = application
    run.manage = lambda env, *arguments: "chef44@example.fr  (mot de passe : demo)\n"
    try:
        sys.exit(run.run())
    except run.Stop as stop:
        sys.exit(str(stop))
