#!/usr/bin/env bash
# Drives a real daemon with oscsend and oscdump, for the tests: prints a line for all that it sees.
set -euo pipefail
name=$AMT_LIVE_NAME listen=$AMT_LIVE_LISTEN

send() { oscsend 127.0.0.1 "$AMT_LIVE_OSC_PORT" "$@"; }

# One line of oscdump is: time address types "text" number ... Ends at one that fits the pattern.
await() {
    local address rest
    while read -r -t "${2:-30}" -u "${dump[0]}" _ address _ rest; do
        rest=${rest//\"/}
        case $address in
        /amt/mood/armed | /amt/mood/applied | /amt/beat | /amt/note) echo "said: ${address##*/} $rest" ;;
        /amt/tempo) echo "said: tempo ${rest%.*}" ;;
        esac
        # shellcheck disable=SC2053 # the right side is a pattern
        [[ "$address $rest" == $1 ]] && return 0
    done
    return 1
}

coproc dump { exec oscdump -L "$listen"; }
trap 'kill $dump_PID' EXIT
until send /amt/notify ii 1 "$listen" && await '/amt/*' 1; do :; done
echo "said: connected"
if [ "$AMT_LIVE_MODE" = listen ]; then
    await never 600
fi
send /amt/mood ss "$name waltz" @beat
await "/amt/mood/applied * $name waltz *"
send /amt/tempo i 144
await '/amt/tempo 144*'
send /amt/take/start s "$name-take"
await "/amt/take/state $name-take"
echo "said: take"
send /amt/take/stop
await '/amt/take/state '
send /amt/capture is 2 "$name-capture"
until [ -e "$AMT_LIVE_TAKES/$name-capture.mid" ]; do sleep 0.1; done
echo "said: captured"
send /amt/panic
await '/amt/transport/state stopped'
echo "said: panic stopped"
