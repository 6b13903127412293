"""Holds scenario files against the JSON Schema: schema.py SCHEMA FOLDER [FOLDER-OF-BAD-ONES]

Every file of the folder must fit. Of the folder of bad ones, each NAME.json has a NAME.error whose
`schema` line says whether the schema must refuse it (`refuses`), cannot see the fault (`allows`),
or is never asked, because the file is no JSON document that Python's strict reading takes
(`unread`).
"""

import json
import pathlib
import sys

import jsonschema


def distinct(pairs):
    """An object, unless a key stands twice."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def document(file):
    """The JSON document in a file; ValueError or RecursionError if there is none."""
    return json.loads(file.read_bytes().decode("utf-8"), object_pairs_hook=distinct)


def verdict(file, validator):
    """What the schema makes of a file: allows, refuses, or unread."""
    try:
        return "allows" if validator.is_valid(document(file)) else "refuses"
    except (ValueError, RecursionError):
        return "unread"


def expected(file):
    """The fields of a NAME.error file."""
    lines = file.with_suffix(".error").read_text(encoding="utf-8").splitlines()
    return dict(line.split(": ", 1) for line in lines)


def main(arguments):
    """Runs the program; answers the exit code."""
    schema = json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(pathlib.Path(arguments[1]).rglob("*.json"))
    faults = 0 if files else 1
    for file in files:
        for error in validator.iter_errors(document(file)):
            print(f"{file}: {error.json_path}: {error.message}")
            faults += 1
    bad = [file for folder in arguments[2:] for file in sorted(pathlib.Path(folder).rglob("*.json"))]
    for file in bad:
        found = verdict(file, validator)
        if found != expected(file)["schema"]:
            print(f"{file}: the schema {found} it, against {file.stem}.error")
            faults += 1
    print(f"{len(files)} scenarios fit the schema, {len(bad)} broken ones are told" if faults == 0
          else f"{faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
