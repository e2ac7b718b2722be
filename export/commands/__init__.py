"""The offline commands of ``amt-live``, one module each; every ``main`` takes its argv.

Imported only when one of them is called; heavy imports wait until the arguments are understood.
"""
