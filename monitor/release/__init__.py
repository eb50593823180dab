"""Builds a release: a new file that holds protected figures and the codebook, and nothing else."""

from monitor.release.building import Release, build, check

__all__ = ["Release", "build", "check"]
