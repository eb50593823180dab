"""The command line: reads arguments, calls the stages, prints. No logic of the work lives here."""

from monitor.cli.root import main

__all__ = ["main"]
