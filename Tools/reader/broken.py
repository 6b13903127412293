"""Requires that the program refuses broken scenarios at the right place: broken.py COTERIE FOLDER

Each NAME.json of the folder has a NAME.error beside it, with the path and the line that the
program must name; it must end with exit code 4.
"""

import pathlib
import re
import subprocess
import sys

from schema import expected

PLACE = re.compile(r"line (\d+), column \d+, (\$\S*): ")


def fault(program, file):
    """What is wrong with the program's answer to a broken scenario; None if nothing is."""
    answer = subprocess.run([program, "fixture", "run", str(file)], capture_output=True,
                            check=False, text=True, timeout=60)
    if answer.returncode != 4:
        return f"exit {answer.returncode}"
    found = PLACE.search(answer.stdout + answer.stderr)
    wanted = expected(file)
    if found is None:
        return "no place is named"
    if (found[2], found[1]) != (wanted["path"], wanted["line"]):
        return f"{found[2]} line {found[1]}, not {wanted['path']} line {wanted['line']}"
    return None


def main(arguments):
    """Runs the program; answers the exit code."""
    program, folder = arguments
    files = sorted(pathlib.Path(folder).glob("*.json"))
    faults = [(file, problem) for file in files if (problem := fault(program, file))]
    for file, problem in faults:
        print(f"{file}: {problem}")
    print(f"{len(files)} broken scenarios: {len(faults)} not refused at the right place")
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
