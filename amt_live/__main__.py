"""``python -m amt_live``: the command line."""

import sys

from amt_live.cli import main

if __name__ == "__main__":
    sys.exit(main())
