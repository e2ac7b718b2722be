"""Textual's command palette, which closes once however many keys ask it to."""

from textual.await_complete import AwaitComplete
from textual.command import CommandPalette


class Finder(CommandPalette):
    """Finds any command by typing. Thread: Textual's."""

    def dismiss(self, result: None = None) -> AwaitComplete:
        """Close, once: a second Escape may be on its way already, and would close the stage."""
        if not self.is_current:
            return AwaitComplete()
        return super().dismiss(result)
