"""What plays and who may steer it: the model, its text encoder, the OSC port.

Called by the doctor. Opens the model, which takes about a second, and nothing else.
"""

import socket

from amt_live import paths
from amt_live.config import Config
from amt_live.doctor.finding import Finding
from amt_live.engine.model import Model, open_decoder, open_model
from amt_live.errors import ModelError, NetworkError
from amt_live.inference.decoder import Decoder
from amt_live.osc.client import send_and_wait
from amt_live.osc.owner import owner_of_udp_port

ASK_S = 0.3


def look_at_model(config: Config) -> tuple[Finding, Model | None]:
    """Open the model that would play; every file of it is hashed on the way."""
    try:
        folder = paths.find_model(config.model)
        model = open_model(folder)
    except ModelError as error:
        fix = "the message names it; amt-live models lists what is there"
        return Finding("model", False, str(error), fix, is_vital=True), None
    sizes = model.manifest.sizes
    says = (
        f"{model.name} ({sizes.layers} layers of {sizes.hidden}, {model.manifest.weights}), all "
        f"{len(model.manifest.files)} hashes right, sha256 {model.hash}; runs on {model.provider}"
    )
    return Finding("model", True, says), model


def another_decoder(config: Config, model: Model) -> Decoder:
    """A decoder of the same graph, to be timed by itself; raises ModelError."""
    return open_decoder(paths.find_model(config.model), model.manifest)


def look_at_encoder(model: Model) -> Finding:
    """The text encoder; a phrase is read with it."""
    model.moods.read("calm piano ballad", {})
    told = model.manifest.encoder
    return Finding("encoder", True, f"{told.name}, {told.dimension} numbers a text; it reads")


def look_at_osc(config: Config) -> Finding:
    """Whether the port is free, or who has it."""
    host, number = config.osc_host, config.osc_port
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, number))
        except OSError as error:
            return _taken(host, number, error)
    return Finding("osc", True, f"port {number or '(any)'} is free" if number else "any free port")


def _taken(host: str, number: int, error: OSError) -> Finding:
    owner = owner_of_udp_port(number)
    by = f" by {owner}" if owner else ""
    try:
        reply, _ = send_and_wait("127.0.0.1", number, "/amt/ping", (), ASK_S)
        says = f"port {number}: amt-live {reply.values[0]} plays there{by}; amt-live tui shows it"
        return Finding("osc", True, says)
    except (NetworkError, IndexError):
        says = f"{host}:{number} cannot be opened{by} ({error.strerror})"
        return Finding("osc", False, says, "stop it, or choose another --osc-port", is_vital=True)
