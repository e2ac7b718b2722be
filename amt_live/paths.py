"""Where things lie: settings, takes, logs, models. Nothing is made before it is needed.

A model is named by its folder or by its name; names are looked up in the repository (or the wheel)
and in the user's own folder.
"""

from pathlib import Path
from typing import Final

from amt_live.errors import ModelError

APP: Final = "amt-live"
DEFAULT_MODEL: Final = "default"
MANIFEST: Final = "manifest.json"


def config_file() -> Path:
    """The settings file of this user."""
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "config.toml"


def takes_folder() -> Path:
    """Where takes go unless the settings say otherwise."""
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False) / "takes"


def scenes_file() -> Path:
    """Where scenes are kept."""
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False) / "scenes.json"


def banks_folder() -> Path:
    """Where banks are kept."""
    import platformdirs

    return platformdirs.user_data_path(APP, appauthor=False) / "banks"


def controllers_file() -> Path:
    """Where controllers that were learned are kept."""
    import platformdirs

    return platformdirs.user_config_path(APP, appauthor=False) / "controllers.json"


def log_file() -> Path:
    """Where the daemon writes what happened."""
    import platformdirs

    return platformdirs.user_log_path(APP, appauthor=False) / "amt-live.log"


def model_folders() -> tuple[Path, ...]:
    """Folders that hold models: the user's, then the one that came with the program."""
    import platformdirs

    package = Path(__file__).resolve().parent
    own = platformdirs.user_data_path(APP, appauthor=False) / "models"
    shipped = (package / "_models", package.parent / "models")
    return (own, *(folder for folder in shipped if folder.is_dir()))


def find_model(name: str) -> Path:
    """The folder of a model, by path or by name; raises ModelError that lists what there is."""
    given = Path(name).expanduser()
    if (given / MANIFEST).is_file():
        return given
    is_bare = given.name == name
    if is_bare:
        for folder in model_folders():
            if (folder / name / MANIFEST).is_file():
                return folder / name
    found = ", ".join(found_models()) or "none"
    if given.is_dir():
        raise ModelError(f"{given} has no {MANIFEST}, so it is no model; models here: {found}")
    raise ModelError(f"there is no model '{name}'; models here: {found}")


def found_models() -> dict[str, Path]:
    """Models by name, the user's own first."""
    found: dict[str, Path] = {}
    for folder in model_folders():
        for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
            found.setdefault(manifest.parent.name, manifest.parent)
    return found
