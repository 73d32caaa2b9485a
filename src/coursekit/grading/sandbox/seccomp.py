"""The filter of system calls: what a student's code has no use for and a kernel has had faults in."""

import errno
import socket
import tempfile
from functools import cache

_DENIED = (
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "keyctl",
    "add_key",
    "request_key",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "open_by_handle_at",
    "name_to_handle_at",
    "move_mount",
    "open_tree",
    "fsopen",
    "fspick",
    "fsmount",
    "fsconfig",
    "mount_setattr",
    "pidfd_getfd",
    "kexec_load",
    "init_module",
    "finit_module",
    "delete_module",
    "swapon",
    "swapoff",
    "reboot",
    "syslog",
    "acct",
    "quotactl",
    "personality",
)
_CLONE_NEWUSER = 0x10000000


@cache
def program(*, network: bool = False) -> bytes:
    """The filter as BPF instructions; empty where libseccomp or pyseccomp is not there.

    Everything is allowed but what is named; sockets are those between processes, unless `network`: a kernel's
    libzmq ends the process where it cannot make others, and has a network of its own that leads nowhere.
    """
    try:
        import pyseccomp as seccomp
    except (ImportError, OSError, RuntimeError):
        return b""
    filter = seccomp.SyscallFilter(seccomp.ALLOW)
    for name in _DENIED:
        try:
            filter.add_rule(seccomp.ERRNO(errno.EPERM), name)
        except (OSError, RuntimeError, ValueError):  # no such call on this machine
            continue
    # clone3 hides its flags in memory; told that it is not there, libc takes clone.
    filter.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
    user = seccomp.Arg(0, seccomp.MASKED_EQ, _CLONE_NEWUSER, _CLONE_NEWUSER)
    filter.add_rule(seccomp.ERRNO(errno.EPERM), "clone", user)
    if not network:
        other = seccomp.Arg(0, seccomp.NE, socket.AF_UNIX)
        filter.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", other)
    with tempfile.TemporaryFile() as file:
        filter.export_bpf(file)
        file.seek(0)
        return file.read()


__all__ = ["program"]
