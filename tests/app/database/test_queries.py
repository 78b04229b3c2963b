import re
from pathlib import Path

import pytest

from app.database.queries import APP, Queries, queries

NAMES = sorted(file.stem for file in APP.glob("*/queries/*.sql"))


@pytest.mark.parametrize("name", NAMES)
def test_a_query_is_an_attribute_with_a_description(name: str) -> None:
    assert re.match(rf"/\* {name} \*/ (SELECT|WITH)\b", getattr(queries, name).decode())
    assert queries.descriptions[name]


@pytest.mark.parametrize("name", NAMES)
def test_a_query_names_its_columns_and_numbers_its_parameters_without_a_gap(name: str) -> None:
    text: bytes = getattr(queries, name)
    parameters = {int(number) for number in re.findall(rb"\$(\d+)", text)}

    assert b"SELECT *" not in text.upper()
    assert parameters == set(range(1, len(parameters) + 1))
    assert len(re.findall(r"\$\d+", queries.descriptions[name])) == len(parameters)


@pytest.mark.parametrize(
    "text",
    ["SELECT 1;\n", "-- other: says another name\nSELECT 1;\n", "-- one:\nSELECT 1;\n", ""],
    ids=["no header", "another name", "no description", "empty"],
)
def test_a_file_without_its_header_is_refused(text: str, tmp_path: Path) -> None:
    folder = tmp_path / "room" / "queries"
    folder.mkdir(parents=True)
    (folder / "one.sql").write_text(text)

    with pytest.raises(ValueError, match=r"one\.sql must begin with '-- one: "):
        Queries(tmp_path)


def test_a_name_without_a_file_is_an_error_that_names_the_file() -> None:
    with pytest.raises(AttributeError, match=r"no folder of app/ has a queries/nothing\.sql"):
        _ = queries.nothing
