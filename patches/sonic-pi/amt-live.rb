# amt-live from Sonic Pi: start `amt-live daemon` in a terminal, paste this into a buffer, press Run.
use_osc "127.0.0.1", 9740

# Sonic Pi hears OSC on port 4560: ask for what the band does to be sent there, and stay on the list.
live_loop :stay do
  osc "/amt/notify", 1, 4560
  sleep 20
end

osc "/amt/transport/play"
osc "/amt/mood", "sparse melancholic jazz ballad", "@bar"
osc "/amt/tempo", 96

# Something of your own on the band's beat
live_loop :with_the_band do
  use_real_time
  bar, beat = sync "/osc*/amt/beat"
  synth :pluck, note: :e3 if beat == 1
end

# What it says
live_loop :applied do
  use_real_time
  id, text, bar = sync "/osc*/amt/mood/applied"
  puts "playing #{text} since bar #{bar}"
end

# Another mood every sixteen beats; the band changes at a boundary of four bars
live_loop :moods do
  cycle = (ring "storm over the sea", "calm morning", "fast jazz, busy drums")
  16.times { sync "/osc*/amt/beat" }
  osc "/amt/mood", cycle.tick, "@4bars"
  osc "/amt/density", rrand(0.2, 0.8)
end

# Run one of these lines by itself:
# osc "/amt/part/drums/mute", 1
# osc "/amt/density", "free"
# osc "/amt/take/start", "evening"
# osc "/amt/take/stop"
# osc "/amt/capture", 16, "the last sixteen"
# osc "/amt/panic"
