"""Builds a release: a new file that holds protected figures and the codebook, and nothing else."""

from monitor.release.building import Release, build
from monitor.release.checking import check
from monitor.release.protecting import Choices
from monitor.release.signature import Signature, signature_of
from monitor.release.withdrawal import note_wrong, withdraw

__all__ = ["Choices", "Release", "Signature", "build", "check", "note_wrong", "signature_of", "withdraw"]
