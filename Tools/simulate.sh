#!/usr/bin/env bash
# Runs many simulated worlds on all cores and prints what they did: Tools/simulate.sh [SEEDS [FIRST]]
set -euo pipefail
cd "$(dirname "$0")/.."
seeds=${1:-200}
first=${2:-1}
coterie=${COTERIE:-.build/release/coterie}
[ -x "$coterie" ] || swift build -c release --product coterie

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
keep=${KEEP:-.}
batch=25

# Worlds of three shapes: few and quick, many with all faults, and many without bad will.
shape() {
  case $(($1 % 3)) in
    0) echo "--members 3 --events 40" ;;
    1) echo "--members 6 --events 90" ;;
    2) echo "--members 5 --events 60
         --faults delay,loss,duplicate,reorder,partition,late,absent,backup,clock,crash" ;;
  esac
}

number=0
for ((seed = first; seed < first + seeds; seed += batch)); do
  count=$((first + seeds - seed < batch ? first + seeds - seed : batch))
  echo "$number --seed $seed --seeds $count $(shape $number | tr -s '\n ' ' ')"
  number=$((number + 1))
done > "$folder/jobs"

run() {
  read -r number arguments <<< "$1"
  # shellcheck disable=SC2086
  "$coterie" simulate $arguments --keep "$keep" --quiet > "$folder/$number.out" 2>&1 || true
}
export -f run
export folder coterie keep
xargs -d '\n' -P "$(nproc)" -I{} bash -c 'run "$1"' _ {} < "$folder/jobs"

grep -h -A 7 '^FAIL' "$folder"/*.out || true
awk '
  / passed, .* failed: / {
    passed += $1; failed += $3; sub(/.*failed: /, "")
    n = split($0, parts, ", ")
    for (i = 1; i <= n; i++) {
      value = parts[i]; sub(/ .*/, "", value)
      name = parts[i]; sub(/^[0-9]+ /, "", name)
      if (!(name in sum)) order[++names] = name
      sum[name] += value
    }
  }
  END {
    printf "%d worlds held, %d did not\n", passed, failed
    for (i = 1; i <= names; i++) printf "  %9d %s\n", sum[order[i]], order[i]
    exit failed > 0 || passed == 0
  }
' "$folder"/*.out
