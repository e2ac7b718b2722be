"""Make every file of ``patches`` that is made: ``python -m patches.making``."""

from patches.making import live_device, pictures, supercollider

supercollider.write()
live_device.write()
pictures.write()
