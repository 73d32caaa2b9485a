"""Notebooks that are handed in to harm or that are broken, by what they are after, and what each may end as."""

from attacks import (
    by_engine,
    by_forging,
    by_metadata,
    by_objects,
    by_patching,
    by_process,
    for_secrets,
    on_network,
    on_others,
    that_are_broken,
    to_outlive,
    to_stop_by_answers,
    to_stop_by_cells,
    to_stop_by_files,
)
from attacks.base import DONE, ESCAPED, Arena, Attack

_MODULES = (
    by_patching,
    by_engine,
    by_forging,
    by_metadata,
    by_objects,
    by_process,
    for_secrets,
    on_others,
    on_network,
    to_outlive,
    to_stop_by_answers,
    to_stop_by_cells,
    to_stop_by_files,
    that_are_broken,
)

ATTACKS: dict[str, Attack] = {attack.name: attack for module in _MODULES for attack in module.ATTACKS}

__all__ = ["ATTACKS", "DONE", "ESCAPED", "Arena", "Attack"]
