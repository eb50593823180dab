"""The keys of a store: what locks the file, what signs the log, what seals an answer; no database, no terminal."""

from monitor.keys.anchors import Anchor, add_anchor, read_anchors
from monitor.keys.key_file import KeyFile, key_file_of, read_key_file, write_key_file
from monitor.keys.locking import Lock, check_passphrase, lock, new_key, same_passphrase, unlock
from monitor.keys.recovery import read_recovery_key, recovery_text
from monitor.keys.sealing import Identities, check_recipients, generate_identity, read_identities, read_recipients, seal
from monitor.keys.signers import AllowedSigner, allowed, read_signers
from monitor.keys.signing import (
    Signer,
    check_public,
    key_id,
    new_signer,
    read_public,
    read_signer,
    verifies,
    write_signer,
)

__all__ = [
    "AllowedSigner", "Anchor", "Identities", "KeyFile", "Lock", "Signer", "add_anchor", "allowed", "check_passphrase",
    "check_public", "check_recipients", "generate_identity", "key_file_of", "key_id", "lock", "new_key", "new_signer",
    "read_anchors", "read_identities", "read_key_file", "read_public", "read_recipients", "read_recovery_key",
    "read_signer", "read_signers", "recovery_text", "same_passphrase", "seal", "unlock", "verifies", "write_key_file",
    "write_signer",
]  # fmt: skip
