# SPDX-License-Identifier: BSD-3-Clause
"""Whose lab is whose: several may be up at once, and one whose owner died is removed by the next.

A lab is known by a name, from its owner's process id. Its owner holds a lock on
/run/drover-lab/NAME.owner for as long as it lives: the kernel drops that lock
however the owner ends. A lab that is meant to stay has `stays` in that file.
"""

import contextlib
import fcntl
import os
import shutil
from pathlib import Path

RUN = Path("/run/drover-lab")


@contextlib.contextmanager
def _one_at_a_time():
    directory = os.open(RUN.parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


class Claim:
    """A name that is ours until release(), or for good after leave()."""

    def __init__(self):
        with _one_at_a_time():
            RUN.mkdir(exist_ok=True)
            self.name = _free_name()
            self.directory = RUN / self.name
            self._path = _owner_file(self.name)
            self._file = open(self._path, "w", encoding="utf-8")
            fcntl.flock(self._file, fcntl.LOCK_EX)
            self.directory.mkdir()

    def leave(self):
        self._file.write("stays\n")
        self._file.close()

    def release(self):
        forget(self.name)
        self._file.close()


def forget(name):
    """After the lab is removed: its files go, its name is free again."""
    shutil.rmtree(RUN / name, ignore_errors=True)
    with _one_at_a_time():
        _owner_file(name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            RUN.rmdir()


def ownerless():
    """The names of labs whose owner died."""
    return [name for name in _names() if not _stays(name) and not _is_owned(name)]


def staying():
    """The names of labs that were meant to stay."""
    return [name for name in _names() if _stays(name)]


def _owner_file(name):
    return RUN / f"{name}.owner"


def _free_name():
    pid, suffix = os.getpid(), 1
    while _owner_file(f"{pid}-{suffix}").exists():
        suffix += 1
    return f"{pid}-{suffix}"


def _names():
    return sorted(path.stem for path in RUN.glob("*.owner"))


def _stays(name):
    try:
        return _owner_file(name).read_text() == "stays\n"
    except FileNotFoundError:
        return False


def _is_owned(name):
    with _one_at_a_time():
        try:
            with open(_owner_file(name), encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except FileNotFoundError:
            return True  # removed meanwhile: nobody's business any more
    return False
