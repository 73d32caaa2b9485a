"""What a process does to itself before a student's code runs in it: namespaces, limits, rights, system calls."""

import ctypes
import os
import resource
import struct
from collections.abc import Iterable
from pathlib import Path

_NEW_CGROUP_FREE = 0x10000000 | 0x20000000 | 0x00020000 | 0x08000000 | 0x40000000 | 0x04000000
_NOSUID_NODEV = 2 | 4
_PDEATHSIG, _DUMPABLE, _SECCOMP, _CAPBSET_DROP, _SUBREAPER, _NO_NEW_PRIVS = 1, 4, 22, 24, 36, 38
_KILL = 9

_libc = ctypes.CDLL(None, use_errno=True)


def _must(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def prctl(option: int, value: int) -> int:
    """`prctl(2)`; its result."""
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


def enter_namespaces() -> None:
    """New user, process, mount, IPC, network and host-name namespaces; the next fork is process 1 in them.

    Raises `OSError` where the kernel does not allow it.
    """
    uid, gid = os.getuid(), os.getgid()
    _must(_libc.unshare(_NEW_CGROUP_FREE), "unshare")
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
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (most, most))


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


def give_up_rights() -> None:
    """No capabilities, and none to be had by running another program."""
    for number in range(64):
        if prctl(_CAPBSET_DROP, number) != 0:
            break
    header = _CapHeader(0x20080522, 0)
    _must(_libc.capset(ctypes.byref(header), (ctypes.c_uint32 * 6)()), "capset")
    _must(prctl(_NO_NEW_PRIVS, 1), "no_new_privs")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def filter_system_calls(program: bytes) -> None:
    """Load a seccomp filter (BPF instructions of 8 bytes each)."""
    buffer = ctypes.create_string_buffer(program, len(program))
    loaded = _Program(len(program) // struct.calcsize("=HBBI"), ctypes.addressof(buffer))
    _must(int(_libc.prctl(_SECCOMP, 2, ctypes.byref(loaded), 0, 0)), "seccomp")
