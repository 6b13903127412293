"""Validates the program's JSON outputs with the schemas that it prints: outputs.py COTERIE SCENARIO."""

import json
import os
import subprocess
import sys
import tempfile

import jsonschema


WORKSHOP = [os.path.join("Fixtures", "divergence", "missing-events", f"{side}.cborseq")
            for side in "ab"]


def run(program, call, environment):
    """What the program prints for a call."""
    return subprocess.run([program, *call], capture_output=True, check=False, text=True,
                          env=environment).stdout


def calls_in_store(program, folder, environment):
    """Calls on a store with a group of one: schema name -> call."""
    store = ["-s", os.path.join(folder, "a.coterie")]
    run(program, ["init", store[1]], environment)
    run(program, ["group", "create", "Club", "--me", "Ann", *store], environment)
    message = run(program, ["message", "post", "hello", *store], environment)[:64]
    run(program, ["message", "react", message, "+1", *store], environment)
    os.mkdir(os.path.join(folder, "spool"))
    return {
        "act": ["message", "post", "again", *store],
        "group": ["group", "create", "Other", *store],
        "groups": ["group", "list", *store],
        "members": ["members", "-g", "club", *store],
        "invites": ["invite", "list", "-g", "club", *store],
        "link": ["link", "create", "member", "-g", "club", *store],
        "links": ["link", "show", "-g", "club", *store],
        "preferences": ["prefs", "show", "-g", "club", *store],
        "message": ["message", "read", message, "-g", "club", *store],
        "messages": ["message", "list", "-g", "club", *store],
        "key": ["key", "new", *store],
        "keys": ["key", "list", *store],
        "contacts": ["contacts", *store],
        "stats": ["store", "stats", *store],
        "doctor": ["doctor", "--drill", *store],
        "sync": ["sync", os.path.join(folder, "spool"), *store],
        "salvage": ["store", "salvage", store[1], os.path.join(folder, "b.coterie")],
        "erase": ["history", "clear", "--here", "--yes", "-g", "club", *store],
    }


def main(arguments):
    program, scenario = arguments
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "COTERIE_KEYRING": os.path.join(folder, "keyring")}
        calls = {
            "replay": ["replay", scenario],
            "log": ["log", scenario],
            "show": ["show", "#2", scenario],
            "state": ["state", scenario],
            "fixture": ["fixture", "run", scenario],
            "recording": ["fixture", "record", scenario],
            "acceptance": ["fixture", "accept", scenario],
            "lint": ["fixture", "lint", scenario],
            "shrinking": ["fixture", "shrink", scenario, "--command", "false"],
            "scenario": ["fixture", "new", f"{folder}/some.json", "--title", "Some"],
            "whatif": ["whatif", scenario, "--skip", "#2"],
            "report": ["report", scenario, "-o", os.path.join(folder, "report.html")],
            "explain": ["explain", "lost-support"],
            "completion": ["completion", "bash"],
            "manual": ["manual", "log"],
            "version": ["version"],
            "failure": ["replay", "/nowhere"],
            "why": ["why", "#2", scenario],
            "blame": ["blame", "profile.name", scenario],
            "impact": ["impact", "#2", scenario],
            "diff": ["diff", *WORKSHOP],
            "bisect": ["bisect", *WORKSHOP],
            "search": ["bisect", scenario, "--to", "@", "--", "true"],
            "verify": ["verify", WORKSHOP[0]],
            "forks": ["forks", scenario],
            "roles": ["members", scenario, "--history"],
            **calls_in_store(program, folder, environment),
        }
        for name, call in calls.items():
            schema = json.loads(run(program, ["schema", name], environment))
            words = call[:call.index("--")] + ["--json"] + call[call.index("--"):] \
                if "--" in call else [*call, "--json"]
            output = json.loads(run(program, words, environment))
            jsonschema.Draft202012Validator.check_schema(schema)
            try:
                jsonschema.validate(output, schema)
            except jsonschema.ValidationError as error:
                print(f"{name}: {error}")
                return 1
        print(f"{len(calls)} outputs fit their schemas")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
