"""An invented mission, the same every time, through the whole path."""

from monitor.demo.folder import default_folder
from monitor.demo.mission import Mission, invent
from monitor.demo.stages import run, serve_release

__all__ = ["Mission", "default_folder", "invent", "run", "serve_release"]
