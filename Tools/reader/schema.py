"""Validates every scenario file below a folder against the JSON Schema: schema.py SCHEMA FOLDER."""

import json
import pathlib
import sys

import jsonschema


def main(arguments):
    schema = json.loads(pathlib.Path(arguments[0]).read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    files = sorted(pathlib.Path(arguments[1]).rglob("*.json"))
    bad = 0
    for file in files:
        for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8"))):
            print(f"{file}: {error.json_path}: {error.message}")
            bad += 1
    print(f"{len(files)} scenarios fit their schema" if bad == 0 else f"{bad} faults")
    return 1 if bad or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
