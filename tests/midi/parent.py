"""A daemon that will be killed: starts a player, a take and notes that never end, then waits.

Arguments: the name of the player's port, the path of the take. Prints the player's process number;
each line on stdin is a panic (by which a listener knows that it is connected), ``play`` begins.
"""

import sys
import time
from pathlib import Path

from amt_live.midi.player_process import PlayerProcess
from amt_live.music.events import Note
from amt_live.music.timeline import Timeline

player = PlayerProcess(lambda report: None, "jack", client_name=sys.argv[1])
player.take_start(Path(sys.argv[2]))
print(player.pid, flush=True)
while sys.stdin.readline() != "play\n":
    player.panic()
player.set_timeline(Timeline(120.0, 0, time.perf_counter()))
player.schedule([Note(0, 2, pitch, 80, 1_000_000) for pitch in (60, 64, 67)])
player.schedule([Note(480 * beat, 1, 40, 90, 1_000_000) for beat in range(400)])
time.sleep(60)
