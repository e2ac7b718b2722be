-- amt-live from TidalCycles (1.9 and newer). Start `amt-live daemon --mood calm` in a terminal, then
-- put this into your BootTidal.hs in place of the lines that start the stream.

:{
let amtTarget = Target {
      oName = "amt-live", oAddress = "127.0.0.1", oPort = 9740, oBusPort = Nothing,
      oLatency = 0.05, oWindow = Nothing, oSchedule = Live, oHandshake = False }
    amtShapes = [
      OSC "/amt/mood" $ ArgList [("mood", Nothing), ("at", Just $ VS "@bar")],
      OSC "/amt/tempo" $ ArgList [("bpm", Nothing)],
      OSC "/amt/density" $ ArgList [("density", Nothing)],
      OSC "/amt/energy" $ ArgList [("energy", Nothing)],
      OSC "/amt/swing" $ ArgList [("swing", Nothing)],
      OSC "/amt/key" $ ArgList [("key", Nothing)],
      OSC "/amt/part/drums/mute" $ ArgList [("drumsoff", Nothing)],
      OSC "/amt/part/bass/mute" $ ArgList [("bassoff", Nothing)],
      OSC "/amt/capture" $ ArgList [("keepbars", Nothing)],
      OSC "/amt/panic" $ ArgList [("panic", Nothing)] ]
:}

tidal <- startStream defaultConfig [(superdirtTarget { oLatency = 0.1 }, [superdirtShape]), (amtTarget, amtShapes)]

-- Then the rest of BootTidal.hs, and in your code:
-- d1 $ slow 8 $ pS "mood" "<calm storm>"
-- d2 $ segment 1 $ pF "density" (slow 16 sine)
-- d3 $ slow 4 $ pI "drumsoff" "<0 0 0 1>"
-- once $ pI "keepbars" "16"
-- once $ pI "panic" "1"
