"""Completion for shells, made from the address table: ``amt-live send /amt/te<TAB>``.

``amt-live completion bash`` prints a script to be sourced; the words behind an address are those
that the table takes there.
"""

from collections.abc import Sequence
from typing import Final

from amt_live.control.when import When
from amt_live.errors import UsageError
from amt_live.osc.addresses import ROUTES
from amt_live.osc.entries import Route

SHELLS: Final = ("bash", "zsh", "fish")

_BASH: Final = """\
# eval "$(amt-live completion {shell})"
_amt_live() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" at=$COMP_CWORD place=1
    COMPREPLY=()
    if [ "$at" -eq 1 ]; then
        COMPREPLY=($(compgen -W "{commands}" -- "$word"))
        return
    fi
    [ "${{COMP_WORDS[1]}}" = send ] || return
    for ((place = 2; place < at; place++)); do
        case "${{COMP_WORDS[place]}}" in /*) break ;; esac
    done
    if [ "$place" -ge "$at" ]; then
        COMPREPLY=($(compgen -W "{addresses}" -- "$word"))
        return
    fi
    case "${{COMP_WORDS[place]}}" in
{cases}
    esac
}}
complete -o default -F _amt_live amt-live
"""


def script(shell: str, commands: Sequence[str]) -> str:
    """The script for a shell; raises UsageError for one that is not known."""
    if shell not in SHELLS:
        raise UsageError(f"'{shell}' is none of {', '.join(SHELLS)}")
    if shell == "fish":
        return _fish(commands)
    cases = [
        f"        {_quoted(path)}) COMPREPLY=($(compgen -W {_quoted(' '.join(words))} -- "
        f'"$word")) ;;'
        for path, words in choices().items()
    ]
    made = _BASH.format(
        shell=shell,
        commands=" ".join(commands),
        addresses=" ".join(addresses()),
        cases="\n".join(cases),
    )
    return made if shell == "bash" else f"autoload -U +X bashcompinit && bashcompinit\n{made}"


def addresses() -> dict[str, str]:
    """Every address that can be sent, with its sentence."""
    return {
        path: route.entry.sentence for path, route in ROUTES.items() if route.entry.kind != "push"
    }


def choices() -> dict[str, list[str]]:
    """The words that the table takes behind an address, where it takes words."""
    found = {path: _words(ROUTES[path]) for path in addresses()}
    return {path: words for path, words in found.items() if words}


def _words(route: Route) -> list[str]:
    entry = route.entry
    if entry.kind == "reading":
        return []
    words = [word for argument in entry.arguments[:1] for word in argument.words]
    return [*words, *(f"@{when}" for when in When)] if entry.takes_when else words


def _fish(commands: Sequence[str]) -> str:
    first = "complete -c amt-live -n __fish_use_subcommand -f -a"
    lines = ["# amt-live completion fish | source", *(f"{first} {name}" for name in commands)]
    sends = "__fish_seen_subcommand_from send"
    for path, sentence in addresses().items():
        told = f"-a {_quoted(path)} -d {_quoted(sentence)}"
        lines.append(f"complete -c amt-live -n '{sends}' -f {told}")
    for path, words in choices().items():
        after = f"{sends}; and __fish_seen_subcommand_from {path}".replace("*", "\\*")
        lines.append(f"complete -c amt-live -n '{after}' -f -a {_quoted(' '.join(words))}")
    return "\n".join([*lines, ""])


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
