"""Every reader that the fuzzer attacks.

To add one: a function that makes an input from a source of chance, one that runs the reader on it and gives what it
said (a :class:`monitor.errors.Refusal` is an answer, too), and a line in :func:`readers`. If it has a command, a third
function gives its arguments.
"""

from __future__ import annotations

from tests import fuzz_answers as answers
from tests import fuzz_files as files
from tests import fuzz_settings as settings
from tests.fuzz_bench import Reader


def readers() -> tuple[Reader, ...]:
    """The readers under attack. Weights are shares of all inputs, in thousandths."""
    return (
        Reader("values", 340, answers.make_values, answers.run_values, answers.fill_command, 2_000),
        Reader("answers", 110, answers.make_answers, answers.run_answers, answers.fill_command),
        Reader("csv", 100, answers.make_csv, answers.run_import, answers.import_command),
        Reader("jsonl", 100, answers.make_jsonl, answers.run_import, answers.import_command),
        Reader("xlsx", 60, answers.make_xlsx, answers.run_import, answers.import_command, 250),
        Reader("mapping", 80, settings.make_mapping, settings.run_mapping, settings.mapping_command),
        Reader("contract", 30, settings.make_contract, settings.run_contract, settings.contract_command, 250),
        Reader("po", 40, settings.make_po, settings.run_po, settings.po_command, 250),
        Reader("plugin", 20, settings.make_plugin, settings.run_plugin, None, 250),
        Reader("site", 25, files.make_release, files.run_site, None, 250),
        Reader("release", 25, files.make_release, files.run_release, files.release_command, 250),
        Reader("store", 20, files.make_store, files.run_store, files.store_command, 250),
        Reader("encrypted", 10, files.make_encrypted, files.run_encrypted, None, 250),
        Reader("backup", 10, files.make_store, files.run_backup, None, 250),
        Reader("keys", 30, files.make_key_file, files.run_key_file, None, 250),
    )
