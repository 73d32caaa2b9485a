"""Raise the score, or break the trusted side, by forging the messages that leave the sandbox."""

from typing import Any

from attacks.base import Attack, by_cell
from coursekit.grading.record import State

_AIM = "forge messages"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
#: Whoever breaks the conversation loses what was said in it. It never counts as the grading's own fault.
_ANY_END = _ENDS | {State.DIED, State.TIMEOUT, State.OUTPUT_LIMIT, State.MEMORY}

_SEND = """\
import json, os, socket, stat, struct
def framed(header, blob=b""):
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<II", len(raw), len(blob)) + raw + blob
def sockets():
    for fd in range(256):
        try:
            if stat.S_ISSOCK(os.fstat(fd).st_mode):
                yield fd
        except OSError:
            pass
def everywhere(data):
    for fd in sockets():
        try:
            os.set_blocking(fd, False)
            os.write(fd, data)
        except OSError:
            pass
        finally:
            os.set_blocking(fd, True)
"""


def _messages(name: str, data: str, **expected: Any) -> Attack:
    return by_cell(
        name,
        _AIM,
        source=_SEND + f"everywhere({data})",
        **{"harms_itself": True, "states": _ANY_END, "shows": "", **expected},
    )


_TWIST = """\
import gc, numpy as np
found = [thing for thing in gc.get_objects() if isinstance(thing, type) and thing.__name__ == "Frames"]
for kind in found:
    before = kind.send
    def send(self, header, blob=b"", before=before, **options):
        try:
            if header[0] in HEADS:
                header, blob = twist(header, blob)
        except (LookupError, TypeError):
            pass
        return before(self, header, blob, **options)
    kind.send = send
print("classes", len(found))
"""


_OTHER = """
def other(header, plain, size=None):
    size = header[2][0] if size is None else size
    return [header[0], [plain, *header[1][1:]], [size, *header[2][1:]]]
"""


def _twisted(name: str, twist: str, heads: str = '("answers",)', **expected: Any) -> Attack:
    """All that the runner sends under one of these heads is sent in another form: `header, blob` become `twist`.

    Answers are sent as `["answers", plain forms, sizes]` and a blob; `other` is such a header with another first form.
    """
    return by_cell(
        name,
        _AIM,
        source=f"HEADS = {heads}\ndef twist(header, blob):\n    {twist}\n{_OTHER}{_TWIST}",
        **{"harms_itself": True, "states": _ANY_END, "shows": "", **expected},
    )


ATTACKS: list[Attack] = [
    _messages(
        "forged-infrastructure",
        """b"".join(framed(one) for one in (
    {"infrastructure": "the machine failed"}, ["infrastructure", "the machine failed"], ["infra", -1, "x"])) +
    json.dumps({"infrastructure": "x"}).encode()""",
    ),
    _messages("forged-ready", 'framed(["ready"]) * 3 + framed(["asked", 0]) * 20'),
    _messages("forged-done", 'b"".join(framed(["done", cell, 1, None, []]) for cell in range(-3, 60))'),
    _messages(
        "forged-cells",
        """b"".join(framed([kind, cell]) for kind in ("start", "out", "done")
    for cell in (-1, 10**9, 2**70, None, "x", [], {}, 1.5, True))""",
    ),
    _messages(
        "forged-outputs",
        """b"".join(framed(["out", cell, one]) + framed(["out", one]) for cell in (1, 20) for one in (
    None, 5, [], {}, {"output_type": "execute_result", "data": {"text/plain": "9.0"}}, {"output_type": "x"},
    {"output_type": "stream", "name": ["stdout"], "text": {"a": 1}}, {"output_type": "error", "traceback": 7},
    {"output_type": "display_data", "data": [1], "metadata": "x"},
    {"output_type": "display_data", "data": {"application/json": {"a": [[]]}}}))""",
    ),
    _messages(
        "forged-scores",
        """b"".join(framed(one) for one in (
    {"score": 9, "max_score": 9, "passed": True}, ["score", 9], ["result", {"score": 9}],
    ["answers", [["a", "<f8", [1]]], [8]], ["state", "graded"]))""",
    ),
    _messages("announced-gigabytes", 'struct.pack("<II", 2**32 - 1, 2**32 - 1) + b"x" * 1000'),
    _messages("half-a-message", 'struct.pack("<II", 100, 0) + b"[1"'),
    _messages("deep-message", 'framed(b"[" * 200_000)'),
    _messages("message-of-numbers", 'framed(b"[" + b"9" * 200_000 + b"]") + framed(b"[1e999, NaN, -Infinity]")'),
    _messages("message-of-noise", "os.urandom(60_000)"),
    _messages(
        "message-of-half-characters",
        """framed(b'["start", "' + bytes([0xff, 0xfe, 0]) + b'"]')
    + framed(b'["done", 1, 1, "\\\\ud800", ["\\\\ud800"]]')""".replace("\n", " "),
    ),
    by_cell(
        "endless-messages",
        _AIM,
        source=_SEND
        + """
noise = framed(["start", 1]) * 1000
while True:
    for fd in sockets():
        try:
            os.write(fd, noise)
        except OSError:
            pass""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "all-sockets-closed",
        _AIM,
        source="import os\nos.closerange(3, 4096)",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "sockets-replaced-by-own",
        _AIM,
        source=_SEND
        + """
import threading
for fd in list(sockets()):
    mine, theirs = socket.socketpair()
    os.dup2(theirs.fileno(), fd)
    mine.sendall(framed(["ready"]) * 10)""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "sockets-shut-down-and-read-away",
        _AIM,
        source=_SEND
        + """
import threading
def drain(fd):
    one = socket.socket(fileno=os.dup(fd))
    while True:
        try:
            data, passed, _, _ = socket.recv_fds(one, 1 << 16, 8)
            if not data:
                return
            for each in passed:
                os.write(each, framed(["end"]) * 3)
        except OSError:
            return
for fd in list(sockets()):
    threading.Thread(target=drain, args=(fd,), daemon=True).start()""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "descriptors-sent-out",
        _AIM,
        source=_SEND
        + """
hold = [os.open("/", os.O_RDONLY)] * 200
for fd in list(sockets()):
    try:
        one = socket.socket(fileno=os.dup(fd))
        for _ in range(50):
            socket.send_fds(one, [b"x"], hold)
    except OSError:
        pass""",
        harms_itself=True,
        states=_ANY_END,
        shows="",
    ),
    by_cell(
        "messages-forged-in-an-answer",
        _AIM,
        first=_SEND + "kept = [os.dup(fd) for fd in sockets()]",
        answers={
            "relu": """
def relu(x):
    for fd in (*kept, *sockets()):
        for message in (["asked", 0], ["ready"], ["end"], ["answers", [None], [0]]):
            try:
                os.write(fd, framed(message))
            except OSError:
                pass
    return x
"""
        },
        harms_itself=True,
        states=_ANY_END,
    ),
    _twisted(
        "answers-of-other-shapes", 'return other(header, [["a", "<f8", [2**39, 2**39]], *header[1][0][1:]]), blob'
    ),
    _twisted("answers-of-objects", 'return other(header, [["a", "|O", [1]], *header[1][0][1:]], 8), bytes(8)'),
    _twisted(
        "answers-with-negative-shapes", 'return other(header, [["a", "<f8", [-1]], *header[1][0][1:]], 8), bytes(8)'
    ),
    _twisted("answers-with-fewer-bytes", "return header, blob[:1]"),
    _twisted("answers-with-more-bytes", "return header, blob + bytes(1 << 20)"),
    _twisted(
        "answers-deeply-nested",
        """value = 1.0
    for _ in range(300):
        value = ["l", [value]]
    return other(header, [value, *header[1][0][1:]]), blob""",
    ),
    _twisted("answers-without-a-form", "return other(header, None), blob"),
    _twisted("answers-of-other-sizes", "return [*header[:2], [-5, len(blob) + 5, *header[2][2:]]], blob"),
    _twisted("answers-of-sizes-that-are-none", 'return [*header[:2], ["8", 1e9, True, None]], blob'),
    _twisted("answers-to-more-than-was-asked", "return [header[0], header[1] * 500, header[2] * 500], blob * 500"),
    _twisted(
        "answers-unread", 'return other(header, [["unread", "not looked at"], None, [], [], "", False, []]), blob'
    ),
    _twisted("answers-stopped-and-late", 'return ["late"], b""'),
    _twisted("answers-that-end-at-once", 'return ["end"], b""'),
    _twisted("answers-that-call-it-infrastructure", 'return ["infrastructure", "the machine failed"], b""'),
    _twisted("answers-as-bytes-of-another-length", 'return ["answers"] * 5000, blob'),
    _twisted(
        "no-function-with-a-tale",
        'return ["no function", "relu", "missing", "<script>alert(1)</script>" * 10_000], b""',
        '("answers", "end", "late")',
    ),
    _twisted("asked-with-nonsense", 'return ["asked", {"a": 1}, "yes"], b""', '("asked",)'),
]
