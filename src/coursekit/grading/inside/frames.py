"""Messages over a stream socket: two lengths, a JSON header, a blob."""

import socket
import struct
import time
from typing import Any

from coursekit.grading.inside.wire import WireError, dumps, loads

_LENGTHS = struct.Struct("<II")
_CHUNK = 1 << 16


class ClosedError(Exception):
    """The other side has gone; what it was sending is lost."""


class TooMuchError(Exception):
    """The other side sent more than it may."""


class LateError(Exception):
    """The other side did not send a message in time."""


class Frames:
    """One end of a conversation. `budget` is how many bytes may come in; `deadline` is by `time.monotonic`.

    It reads ahead: whoever reads the socket in another way does so when nothing more is under way.
    """

    def __init__(self, sock: socket.socket, budget: float = float("inf")) -> None:
        self.sock = sock
        self.budget = budget
        self._ahead = bytearray()  # grows with what comes, so that an announced length costs nothing

    def send(self, header: Any, blob: bytes = b"", *, deadline: float | None = None) -> None:
        """Send one message; raises `ClosedError`, `LateError`."""
        raw = dumps(header)
        message = _LENGTHS.pack(len(raw), len(blob)) + raw + blob
        try:
            if deadline is None:
                self.sock.settimeout(None)
                self.sock.sendall(message)
                return
            view = memoryview(message)
            while view:  # with one deadline for all of it, not for each part
                self._wait(deadline)
                view = view[self.sock.send(view[: 4 * _CHUNK]) :]
        except TimeoutError:
            raise LateError from None
        except OSError:
            raise ClosedError from None

    def receive(self, deadline: float | None = None) -> tuple[Any, bytes]:
        """The next message; raises `ClosedError`, `LateError`, `TooMuchError`, `WireError`."""
        start = _LENGTHS.size
        self._fill(start, deadline)
        header, blob = _LENGTHS.unpack_from(self._ahead)
        self.budget -= header + blob
        if self.budget < 0:
            raise TooMuchError
        self._fill(start + header + blob, deadline)
        with memoryview(self._ahead) as view:
            plain, rest = bytes(view[start : start + header]), bytes(view[start + header : start + header + blob])
        del self._ahead[: start + header + blob]
        return loads(plain), rest

    def _fill(self, count: int, deadline: float | None) -> None:
        while len(self._ahead) < count:
            try:
                self._wait(deadline)
                part = self.sock.recv(_CHUNK)
            except TimeoutError:
                raise LateError from None
            except OSError:
                raise ClosedError from None
            if not part:
                raise ClosedError
            self._ahead += part

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
