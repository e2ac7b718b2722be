"""What makes the generated files of ``patches``: run ``python -m patches.making``."""
