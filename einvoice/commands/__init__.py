"""The commands of the command line, one module each; `einvoice.cli` loads only the one that is called.

A command module has `arguments(parser)`, which adds its arguments, and `run(options)`, which does the work and returns
the exit status. Its name and purpose are one row in `einvoice.cli.COMMANDS`.
"""
