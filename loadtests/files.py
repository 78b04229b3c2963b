"""Reads the files that a run depends on; any error is reported in one sentence."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from loadtests.errors import RefusedError

T = TypeVar("T")


class _UniqueKeys(yaml.SafeLoader):
    """YAML without duplicate keys; in the plain loader the last one silently wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise RefusedError(f"`{key}` is given twice in the entry at line {node.start_mark.line + 1}")
        return super().construct_mapping(node, deep)


def read_bytes(path: Path, hint: str) -> bytes:
    """Return the file's content; `hint` tells the user where the file comes from."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise RefusedError(f"{path}: {(error.strerror or str(error)).lower()}; {hint}.") from None


def read_json(path: Path, kind: type[T], hint: str) -> T:
    """Return the file's content as `kind`, with every type validated."""
    raw = read_bytes(path, hint)
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.DecodeError as error:
        raise RefusedError(f"{path}: {error}; {hint}.") from None


def read_yaml(path: Path, hint: str) -> object:
    """Return the file's content as plain lists, mappings and scalars."""
    raw = read_bytes(path, hint)
    try:
        return yaml.load(raw, Loader=_UniqueKeys)  # noqa: S506 (a SafeLoader)
    except RefusedError as error:
        raise RefusedError(f"{path}: {error}.") from None
    except yaml.YAMLError as error:
        raise RefusedError(f"{path}: not YAML: {' '.join(str(error).split())}.") from None


def as_kind(value: object, kind: type[T], where: str) -> T:
    """Return the value as `kind`; `where` names the file and the entry."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise RefusedError(f"{where}: {error}.") from None
