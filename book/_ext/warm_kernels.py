"""Kernels that start at once: copies of one process that has imported what chapters import.

A fresh kernel spends more time on importing the same libraries than many a chapter on its own
work. Here one process imports them and is copied (``fork``) for each chapter, which finds them
ready and is otherwise alone: nothing one chapter does is seen by another.

This file is two things: what the builder imports, and the script that is copied.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import signal
import subprocess
import sys
import threading
import time
import warnings
from contextlib import redirect_stderr, suppress
from io import StringIO

from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

READY = "ready"
# What a chapter publishes waits without limit on either side: by default a builder that is slow to
# read loses what comes behind the first thousands of numbers, and is not told.
UNLIMITED = 0


# In the builder.


class Copy:
    """A copied kernel, as far as jupyter_client wants it to be a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return None while the kernel runs; how it ended is known to its parent alone."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self) -> int:
        """Wait for the end."""
        while self.poll() is None:
            time.sleep(0.01)
        return 0

    def send_signal(self, signum: int) -> None:
        """Send a signal, if there is anybody left to hear it."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signum)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class Source:
    """The process that is copied; it starts to import at once."""

    def __init__(self, modules: list[str]) -> None:
        self._lock, self._ready = threading.Lock(), None
        environment = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        # -P: the folder of this script is no place that chapters import from.
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, *modules],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip

    def end(self) -> None:
        """Wait until it is gone; copies that still run go with it."""
        self._process.communicate()  # closes its input, and that ends it

    def copy(self, arguments: list[str], cwd: str | None, env: dict[str, str]) -> Copy | None:
        """Return a kernel, or None if the modules could not be imported in silence."""
        with self._lock:
            if self._ready is None:
                self._ready = self._process.stdout.readline().strip() == READY
            if not self._ready:
                return None
            order = {"arguments": arguments, "cwd": cwd, "env": env}
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return Copy(int(self._process.stdout.readline()))

    def manager(self) -> type[AsyncKernelManager]:
        """Return the kind of manager that starts copies."""

        class Manager(AsyncKernelManager):
            async def start_kernel(manager, **options: object) -> None:  # noqa: N805
                about = {"kernel_id": "copy", "kernel_spec": manager.kernel_spec}
                manager.provisioner = Provisioner(**about, parent=manager)
                manager.provisioner.source = self
                await super().start_kernel(**options)

            def client(manager, **options: object) -> AsyncKernelClient:  # noqa: N805
                found = super().client(**options)
                found.context.rcvhwm = UNLIMITED
                return found

        return Manager


class Provisioner(LocalProvisioner):
    """Starts a copy where it can and a fresh kernel where it cannot."""

    source: Source

    async def launch_kernel(self, cmd: list[str], **options: object) -> object:
        """Start a kernel."""
        cwd, arguments = options.get("cwd"), cmd[cmd.index("-f") :]
        copy = self.source.copy(arguments, str(cwd) if cwd else None, options["env"])
        if copy is None:
            return await super().launch_kernel(cmd, **options)
        self.process, self.pid, self.pgid, self.cwd = copy, copy.pid, copy.pid, cwd
        return self.connection_info


# In the process that is copied.


def main(modules: list[str]) -> None:
    """Import, then make a kernel for each order on standard input and tell its process number."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # kernels print anywhere but into the answers
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it when it is imported
    if not import_silently(modules):
        return
    print(READY, file=answers, flush=True)
    signal.signal(signal.SIGCHLD, bury)
    gc.freeze()  # or the collector would write to, and so copy, all memory shared
    for line in sys.stdin:
        process = os.fork()
        if not process:
            answers.close()
            become_kernel(**json.loads(line))
        print(process, file=answers, flush=True)


def bury(*_signal: object) -> None:
    """Forget copies that have ended, so that their numbers are free."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def import_silently(modules: list[str]) -> bool:
    """Import modules, and those below a name that ends in ``.*``; say whether none complained.

    A chapter has to hear every warning and every error that it would meet in a fresh kernel.
    """
    said = StringIO()
    try:
        with warnings.catch_warnings(record=True) as warned, redirect_stderr(said):
            for name in modules:
                import_all(name)
    except Exception:
        return False
    return not (warned or said.getvalue())


def import_all(name: str) -> None:
    """Import one module or, with ``.*`` behind it, everything below it."""
    try:
        found = importlib.import_module(name.removesuffix(".*"))
    except ModuleNotFoundError:
        return
    if name.endswith(".*"):
        for below in pkgutil.walk_packages(found.__path__, found.__name__ + "."):
            importlib.import_module(below.name)


def become_kernel(arguments: list[str], cwd: str | None, env: dict[str, str]) -> None:
    """Turn a copy of this process into a kernel; never return."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.chdir(cwd or ".")
    os.environ.clear()
    os.environ.update(env, JPY_PARENT_PID=str(os.getppid()))
    from ipykernel.kernelapp import IPKernelApp

    class CopyApp(IPKernelApp):
        def init_iopub(self, context: object) -> None:
            context.sndhwm = UNLIMITED
            super().init_iopub(context)

    try:
        CopyApp.launch_instance(argv=arguments)
    finally:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
