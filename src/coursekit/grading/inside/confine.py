"""What a process does to itself before a student's code runs in it: namespaces, limits, rights, system calls."""

import ctypes
import os
import platform
import resource
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterable
from pathlib import Path

#: Elsewhere there are neither namespaces nor the calls below; limits and processes are all there is.
LINUX = sys.platform == "linux"
# user, process, mount, IPC, host name. The network is bubblewrap's, which leads nowhere: another for every run would
# cost as much as the fork, and nothing of one run is there any more when the next begins.
_NEW_USER = 0x10000000
_NEW = _NEW_USER | 0x20000000 | 0x00020000 | 0x08000000 | 0x04000000
_CLONE = {"x86_64": 56, "aarch64": 220}.get(platform.machine())
_NOSUID_NODEV = 2 | 4
_PDEATHSIG, _DUMPABLE, _SECCOMP, _CAPBSET_DROP, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 22, 24, 36, 38
_KILL = 9

_libc = ctypes.CDLL(None, use_errno=True)
_python = ctypes.PyDLL(None, use_errno=True)  # keeps the interpreter's lock, which a fork must have


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option: int, value: int) -> int:
    """`prctl(2)`; its result."""
    if not LINUX:
        return 0
    return int(_libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0))


def die_with_parent() -> None:
    """Be killed when the thread that made this process ends."""
    prctl(_PDEATHSIG, _KILL)


def readable(yes: bool) -> None:
    """Whether processes of the same user may read this one's memory."""
    prctl(_DUMPABLE, int(yes))


def adopt_orphans() -> None:
    """Become the parent of descendants whose own has ended."""
    prctl(_SUBREAPER, 1)


def fork_into_namespaces() -> int:
    """A fork that is process 1 in new user, process, mount, IPC and host-name namespaces.

    To be followed by `become_user` there. Raises `OSError` where the kernel does not allow it.
    """
    if _CLONE is None:
        return _fork_twice()
    # The call itself in place of a fork, `unshare` and another fork, each of which copies all tables of pages. This
    # process has one thread, so that no lock is held in the fork.
    pid = int(_python.syscall(_CLONE, _NEW | signal.SIGCHLD, 0, 0, 0, 0))
    if pid < 0:
        _must(pid, "clone")
    return pid


def _fork_twice() -> int:
    pid = os.fork()
    if pid:
        return pid
    readable(True)
    die_with_parent()
    uid, gid = os.getuid(), os.getgid()
    _must(_libc.unshare(_NEW), "unshare")
    become_user(uid, gid)
    inner = os.fork()
    if inner:
        readable(False)
        os.waitpid(inner, 0)
        os._exit(0)
    return 0


def become_user(uid: int, gid: int) -> None:
    """In a new user namespace, the same user as outside, whose numbers these are, and no other."""
    if not Path("/proc/self/uid_map").read_text().strip():
        _map(uid, gid)


def _map(uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        with Path("/proc/self", name).open("w") as file:
            file.write(text)


def fresh_folders(sizes: Iterable[tuple[str, str]]) -> None:
    """Lay empty file systems in memory, of these sizes (`"64m"`), over these folders."""
    for folder, size in sizes:
        options = f"size={size},mode=755" if folder == "/proc" else f"size={size},mode=1777"
        _must(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", _NOSUID_NODEV, options.encode()), f"mount {folder}")


def first_to_go() -> None:
    """Where memory runs out, the kernel takes this process before all others."""
    try:
        with Path("/proc/self/oom_score_adj").open("w") as file:
            file.write("1000")
    except OSError:  # then it takes the largest, which is this one too
        return


def limit(*, memory: int, cpu: int, processes: int, file: int) -> None:
    """Limits of this process and its children: MB of address space, seconds, count, MB for one file."""
    limits = {
        resource.RLIMIT_AS: memory << 20,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_NPROC: processes,
        resource.RLIMIT_FSIZE: file << 20,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 256,
    }
    for what, most in limits.items():
        hard = resource.getrlimit(what)[1]
        if what == resource.RLIMIT_AS and not LINUX:  # macOS knows it and refuses it
            continue
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def give_up_rights() -> None:
    """No capabilities, and none to be had by running another program."""
    if not LINUX:
        return
    for number in range(64):
        if prctl(_CAPBSET_DROP, number) != 0:
            break
    header = _CapHeader(0x20080522, 0)
    _must(_libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()), "capset")
    _must(prctl(_NO_NEW_PRIVS, 1), "no_new_privs")


def wait(pid: int, seconds: float, peer: socket.socket | None = None) -> bool:
    """Until a child has ended, `peer`'s other side has gone or the time is over; whether the child has ended.

    It is still to be reaped then.
    """
    poll = select.poll()
    if peer is not None:
        poll.register(peer.fileno(), (select.POLLRDHUP if LINUX else 0) | select.POLLHUP)
    end = time.monotonic() + seconds
    if LINUX:
        handle = os.pidfd_open(pid)
        try:
            poll.register(handle, select.POLLIN)
            events = poll.poll(max(0.0, seconds) * 1000)
        finally:
            os.close(handle)
        return any(fd == handle for fd, _ in events)
    while not has_ended(pid):
        if poll.poll(5) or time.monotonic() > end:
            return False
    return True


_statuses: dict[int, int] = {}


def has_ended(pid: int) -> bool:
    """Whether a child has ended; it is reaped then, and `exit_code` knows how."""
    if pid not in _statuses:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            _statuses[pid] = os.waitstatus_to_exitcode(status)
    return pid in _statuses


def exit_code(pid: int) -> int:
    """Wait for a child's end: its exit code, or the signal that ended it, negative."""
    if pid not in _statuses:
        _statuses[pid] = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return _statuses.pop(pid)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def filter_system_calls(program: bytes) -> None:
    """Load a seccomp filter (BPF instructions of 8 bytes each)."""
    buffer = ctypes.create_string_buffer(program, len(program))
    loaded = _Program(len(program) // struct.calcsize("=HBBI"), ctypes.addressof(buffer))
    _must(int(_libc.prctl(_SECCOMP, 2, ctypes.byref(loaded), 0, 0)), "seccomp")


def own_user_namespace() -> None:
    """The same user, in a namespace whose processes are counted apart; raises `OSError`."""
    uid, gid = os.getuid(), os.getgid()
    _must(_libc.unshare(_NEW_USER), "unshare")
    _map(uid, gid)
