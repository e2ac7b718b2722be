"""A reader that some bytes crash and some hang, as a parser with a fault would. Workers import it
by name, so it has a file of its own."""

import os
import signal
import time

from export.file_readers import Facts, Job, Parsed


def rough(job: Job) -> Parsed:
    """Reads anything but the two words below."""
    if job.data == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if job.data == b"hang":
        time.sleep(3600)
    return Parsed(Facts(metre=job.data.decode()))
