"""``python -m amt_live.discovery HOST OSC_PORT``: how the daemon starts the discovery process."""

import sys

from amt_live.discovery.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
