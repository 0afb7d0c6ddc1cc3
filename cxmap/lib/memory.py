"""What a long-lived process does once about its memory."""

import gc

# Objects made more than given up before the youngest generation is looked through. What a large map makes lives until its
# page is sent: with Python's 700 the collector walks through it again and again for nothing.
YOUNGEST = 50_000


def settle() -> None:
    """Take what is loaded out of the garbage collector's sight, and let it run less often (docs/decisions/0014).

    Call it once, when the process has loaded all of the application and before it answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNGEST, 20, 50)
