"""Validates the program's JSON outputs with the schemas that it prints: outputs.py COTERIE SCENARIO."""

import json
import subprocess
import sys
import tempfile

import jsonschema


def main(arguments):
    program, scenario = arguments
    with tempfile.TemporaryDirectory() as folder:
        return check(program, scenario, folder)


def check(program, scenario, folder):
    calls = {
        "replay": ["replay", scenario],
        "log": ["log", scenario],
        "show": ["show", "#2", scenario],
        "state": ["state", scenario],
        "fixture": ["fixture", "run", scenario],
        "explain": ["explain", "lost-support"],
        "completion": ["completion", "bash"],
        "manual": ["manual", "log"],
        "version": ["version"],
        "failure": ["replay", "/nowhere"],
        "recording": ["fixture", "record", scenario],
        "acceptance": ["fixture", "accept", scenario],
        "lint": ["fixture", "lint", scenario],
        "shrinking": ["fixture", "shrink", scenario, "--command", "false"],
        "scenario": ["fixture", "new", f"{folder}/some.json", "--title", "Some"],
        "whatif": ["whatif", scenario, "--skip", "#2"],
    }
    for name, call in calls.items():
        schema = json.loads(subprocess.run([program, "schema", name], capture_output=True,
                                           check=True, text=True).stdout)
        output = subprocess.run([program, *call, "--json"], capture_output=True, check=False,
                                text=True).stdout
        jsonschema.Draft202012Validator.check_schema(schema)
        jsonschema.validate(json.loads(output), schema)
    print(f"{len(calls)} outputs fit their schemas")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
