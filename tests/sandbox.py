"""A sandbox of X for tests: a real process on a free port, its switches and its record at hand."""

import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import requests
import tweepy
from requests_oauthlib import OAuth1

ROOT = Path(__file__).resolve().parent.parent
CONSUMER = {"key": "consumer-key", "secret": "consumer-secret"}


def account(handle: str, number: int) -> dict[str, str]:
    return {
        "handle": handle,
        "name": f"Police nationale {handle[-2:]}",
        "id": f"20000000{number:02d}",
        "token": f"20000000{number:02d}-token-{handle}",
        "token_secret": f"secret-{handle}",
    }


# Seconds, for a machine that is busy with something else: what comes at once waits for none.
PATIENCE = 90
FIVE = [account(f"pnationale{number:02d}", number) for number in (44, 35, 62, 67, 6)]


class Sandbox:
    """One sandbox process. Made by `running`, or by hand when a test kills and restarts it."""

    def __init__(
        self, folder: Path, accounts: Sequence[dict[str, str]] = FIVE, **parameters: Any
    ) -> None:
        self.folder = folder
        self.accounts = {row["handle"]: row for row in accounts}
        self.consumer = CONSUMER
        self.parameters_at_start = parameters
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._http = requests.Session()

    # life

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        who = self.folder / "accounts.json"
        who.write_text(
            json.dumps({"consumer": self.consumer, "accounts": list(self.accounts.values())})
        )
        # setpriv: should pytest be killed, the sandbox goes too. Start it from the main thread.
        command = ["setpriv", "--pdeathsig", "KILL", "--", sys.executable]
        command += ["-m", "x_sandbox", "--port", str(self.port), "--accounts", str(who)]
        command += ["--data", str(self.folder / "data")]
        command += ["--parameters", json.dumps(self.parameters_at_start)]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        if b"listens" not in line:
            raise RuntimeError(f"the sandbox did not start: {line!r}")

    def stop(self, signum: int = signal.SIGTERM) -> int:
        """Stops the process; answers its exit code."""
        process, self.process = self.process, None
        if process is None:
            return 0
        process.send_signal(signum)
        try:
            return process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(30)
            raise
        finally:
            process.stdout.close()

    def kill(self) -> None:
        """kill -9."""
        self.stop(signal.SIGKILL)

    def restart(self) -> None:
        """Starts again on the same port and the same data."""
        self.stop()
        self.start()

    # talking to it as X

    def sign(self, handle: str = "pnationale44", **wrong: str) -> OAuth1:
        """The signature of an account's requests; `wrong` replaces keys (token_secret="no")."""
        keys = self.consumer | self.accounts[handle] | wrong
        return OAuth1(keys["key"], keys["secret"], keys["token"], keys["token_secret"])

    def call(
        self, method: str, path: str, handle: str = "pnationale44", **options: Any
    ) -> requests.Response:
        """One signed request, as plain HTTP."""
        options = {"auth": self.sign(handle), "allow_redirects": False} | options
        timeout = options.pop("timeout", PATIENCE)
        return requests.request(method, f"{self.base_url}{path}", timeout=timeout, **options)

    def tweet(self, text: str, handle: str = "pnationale44", **body: Any) -> requests.Response:
        return self.call("POST", "/2/tweets", handle, json={"text": text, **body})

    def tweepy(self, handle: str = "pnationale44", timeout: float = PATIENCE) -> tweepy.Client:
        """tweepy's own client, that differs by its host and its time-out only."""
        base_url, who = self.base_url, self.accounts[handle]

        class Client(tweepy.Client):
            def request(self, method, route, params=None, json=None, user_auth=False):
                send = self.session.request

                def elsewhere(method, url, **options):
                    url = url.replace("https://api.twitter.com", base_url)
                    return send(method, url, timeout=timeout, allow_redirects=False, **options)

                self.session.request = elsewhere
                try:
                    return super().request(method, route, params, json, user_auth)
                finally:
                    self.session.request = send

        return Client(
            consumer_key=self.consumer["key"],
            consumer_secret=self.consumer["secret"],
            access_token=who["token"],
            access_token_secret=who["token_secret"],
            return_type=dict,
        )

    # switches

    def _post(self, path: str, **wish: Any) -> dict[str, Any]:
        answer = self._http.post(f"{self.base_url}{path}", json=wish, timeout=PATIENCE)
        assert answer.ok, answer.text
        return answer.json()

    def switch(
        self,
        fault: str,
        *,
        on: str | list[str] | None = None,
        account: str | None = None,
        times: int | str = 1,
        skip: int = 0,
        **options: Any,
    ) -> int:
        """Sets a fault: once unless said (`times="always"`), after letting `skip` requests pass.

        Answers its id. docs/sandbox.md lists faults and options.
        """
        wish = {"fault": fault, "on": on, "account": account, "times": times, "skip": skip}
        return self._post("/sandbox/switches", faults=[wish | options])["added"][0]

    def unswitch(self, fault_id: int) -> None:
        self._post("/sandbox/switches", remove=[fault_id])

    def set(self, account: str | None = None, **parameters: Any) -> None:
        """Sets standing parameters (limits, duplicate_rule, timeline_lag, latency_ms...)."""
        self._post("/sandbox/switches", parameters=parameters, account=account)

    def clear(self) -> None:
        """All switches as at the start; what was held goes on."""
        self._post("/sandbox/switches", clear=True)

    def reset(self) -> None:
        """Empties everything: posts, media, record, switches."""
        self._post("/sandbox/reset")

    def switches(self) -> dict[str, Any]:
        return self._http.get(f"{self.base_url}/sandbox/switches", timeout=PATIENCE).json()

    # holding a request

    def waiting(self) -> list[dict[str, Any]]:
        return self.switches()["waiting"]

    def wait_until_held(self, count: int = 1, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """Waits for as many requests as that to be held; answers them."""
        return until(lambda: (held := self.waiting()) and len(held) >= count and held, timeout)

    def release(self, fault_id: int | None = None) -> int:
        """Lets held requests go on; answers how many."""
        return self._post("/sandbox/release", id=fault_id)["released"]

    @contextlib.contextmanager
    def hold(
        self,
        on: str = "post",
        when: str = "before",
        account: str | None = None,
        times: int | str = 1,
    ) -> Iterator["Hold"]:
        """Requests that fit wait until released, or until this block ends."""
        fault_id = self.switch("hold", on=on, when=when, account=account, times=times)
        try:
            yield Hold(self, fault_id)
        finally:
            if self.process is not None and self.process.poll() is None:
                self.unswitch(fault_id)
                self.release(fault_id)

    # the oracle

    def record(self) -> dict[str, Any]:
        """Everything accepted and every request received."""
        return self._http.get(f"{self.base_url}/sandbox/record", timeout=PATIENCE).json()

    def posts(self, account: str | None = None, *, live: bool = False) -> list[dict[str, Any]]:
        """Posts accepted, oldest first; `live` leaves out deleted ones."""
        return [
            post
            for post in self.record()["posts"]
            if account in (None, post["account"]) and not (live and post["deleted"])
        ]

    def requests(self, operation: str | None = None) -> list[dict[str, Any]]:
        return [row for row in self.record()["requests"] if operation in (None, row["operation"])]

    def media_bytes(self, media_id: str) -> bytes:
        answer = self._http.get(f"{self.base_url}/sandbox/media/{media_id}", timeout=PATIENCE)
        answer.raise_for_status()
        return answer.content

    def wait_for(self, what: Callable[[dict[str, Any]], Any], timeout: float = PATIENCE) -> Any:
        """Waits until `what(record)` is true; answers its value."""
        return until(lambda: what(self.record()), timeout)

    def wait_for_posts(
        self, count: int = 1, account: str | None = None, timeout: float = 30
    ) -> list[dict[str, Any]]:
        """Waits until at least as many posts were accepted; answers them."""
        return until(
            lambda: (posts := self.posts(account)) and len(posts) >= count and posts, timeout
        )


class Hold:
    """A hold that was set: see who waits, let go."""

    def __init__(self, sandbox: Sandbox, fault_id: int) -> None:
        self.sandbox, self.fault_id = sandbox, fault_id

    def wait(self, count: int = 1, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        def held():
            rows = [w for w in self.sandbox.waiting() if w["fault"] == self.fault_id]
            return rows if len(rows) >= count else None

        return until(held, timeout)

    def release(self) -> int:
        return self.sandbox.release(self.fault_id)


def until(what: Callable[[], Any], timeout: float = PATIENCE) -> Any:
    """Waits until `what()` is true, and answers its value; fails the test when it never is."""
    ends = time.monotonic() + timeout
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > ends:
            raise AssertionError(f"not within {timeout} s; last seen: {value!r}")
        time.sleep(0.02)


@contextlib.contextmanager
def running(
    accounts: Sequence[dict[str, str]] = FIVE, folder: Path | None = None, **parameters: Any
) -> Iterator[Sandbox]:
    """A sandbox that runs within the block, on a folder of its own unless given."""
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sandbox-")))
        sandbox = Sandbox(folder, accounts, **parameters)
        sandbox.start()
        stack.callback(sandbox.stop)
        yield sandbox


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]
