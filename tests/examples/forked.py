"""Runs a program again and again without starting it again: forked_program.cpp, whose library the environment variable
CNNPOOL_TEST_FORKED names. Without it, and where a run wants more than arguments, every run is a process of its own.
"""
import atexit
import os
import signal
import socket
import struct
import subprocess
import tempfile

LIBRARY = os.environ.get("CNNPOOL_TEST_FORKED", "")
_servers = {}


class _Server:
    def __init__(self, program):
        self.ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.outputs = [tempfile.NamedTemporaryFile(prefix="cnnpool_forked_") for _ in range(2)]
        with theirs:
            # Threads that a library starts would be lost in a child.
            self.process = subprocess.Popen([program], pass_fds=(theirs.fileno(),), env={
                **os.environ, "LD_PRELOAD": LIBRARY, "CNNPOOL_FORKED_PROGRAM": str(theirs.fileno()),
                "OPENBLAS_NUM_THREADS": "1"})
        atexit.register(self.end)

    def end(self):
        self.ours.close()
        self.process.wait()
        for file in self.outputs:
            file.close()

    def run(self, command, cwd, timeout):
        words = [cwd or os.getcwd(), *(file.name for file in self.outputs), *command]
        self.ours.settimeout(None)
        self.ours.send(b"".join(os.fsencode(word) + b"\0" for word in words))
        child = struct.unpack("i", self.ours.recv(4))[0]
        self.ours.settimeout(timeout)
        try:
            status = self.ours.recv(4)
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            self.ours.settimeout(None)
            self.ours.recv(4)
            raise subprocess.TimeoutExpired(command, timeout) from None
        code = os.waitstatus_to_exitcode(struct.unpack("i", status)[0])
        texts = []
        for file in self.outputs:
            with open(file.name, encoding="utf-8") as text:
                texts.append(text.read())
        return subprocess.CompletedProcess(command, code, *texts)


def run(command, cwd=None, timeout=None, **options):
    """What subprocess.run with capture_output and text gives. With options: in a process of its own."""
    command = [str(word) for word in command]
    if not LIBRARY or any(value is not None for value in options.values()):
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd, timeout=timeout,
                              **options)
    program = command[0]
    if program not in _servers:
        _servers[program] = _Server(program)
    return _servers[program].run(command, cwd, timeout)
