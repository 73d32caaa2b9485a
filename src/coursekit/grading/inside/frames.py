"""Messages over a stream socket: two lengths, a JSON header, a blob."""

import socket
import struct
import time
from typing import Any

from coursekit.grading.inside.wire import WireError, dumps, loads

_LENGTHS = struct.Struct("<II")
_CHUNK = 1 << 18


class ClosedError(Exception):
    """The other side has gone; what it was sending is lost."""


class TooMuchError(Exception):
    """The other side sent more than it may."""


class LateError(Exception):
    """The other side did not send a message in time."""


class Frames:
    """One end of a conversation. `budget` is how many bytes may come in; `deadline` is by `time.monotonic`."""

    def __init__(self, sock: socket.socket, budget: float = float("inf")) -> None:
        self.sock = sock
        self.budget = budget

    def send(self, header: Any, blob: bytes = b"", *, deadline: float | None = None) -> None:
        """Send one message; raises `ClosedError`, `LateError`."""
        raw = dumps(header)
        view = memoryview(_LENGTHS.pack(len(raw), len(blob)) + raw + blob)
        try:
            if deadline is None:
                self.sock.settimeout(None)
                self.sock.sendall(view)
                return
            while view:  # with one deadline for all of it, not for each part
                self._wait(deadline)
                view = view[self.sock.send(view[:_CHUNK]) :]
        except TimeoutError:
            raise LateError from None
        except OSError:
            raise ClosedError from None

    def receive(self, deadline: float | None = None) -> tuple[Any, bytes]:
        """The next message; raises `ClosedError`, `LateError`, `TooMuchError`, `WireError`."""
        header, blob = _LENGTHS.unpack(self._read(_LENGTHS.size, deadline))
        self.budget -= header + blob
        if self.budget < 0:
            raise TooMuchError
        return loads(bytes(self._read(header, deadline))), bytes(self._read(blob, deadline))

    def _read(self, count: int, deadline: float | None) -> bytearray:
        got = bytearray()  # grows with what comes, so that an announced length costs nothing
        while len(got) < count:
            try:
                self._wait(deadline)
                part = self.sock.recv(min(count - len(got), _CHUNK))
            except TimeoutError:
                raise LateError from None
            except OSError:
                raise ClosedError from None
            if not part:
                raise ClosedError
            got += part
        return got

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise LateError
        self.sock.settimeout(left)

    def close(self) -> None:
        """Close the socket."""
        self.sock.close()


__all__ = ["ClosedError", "Frames", "LateError", "TooMuchError", "WireError"]
