"""Builds a release: a new file that holds protected figures and the codebook, and nothing else."""

from monitor.release.build import Release, build, check

__all__ = ["Release", "build", "check"]
