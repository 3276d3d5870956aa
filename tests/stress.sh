#!/bin/sh
# stress.sh ROUNDS TEST...: run all the tests ROUNDS times on one CPU and
# ROUNDS times on all CPUs. Each test must pass in every run, or be skipped in
# every run; whatever depends on luck or on the number of CPUs shows here.
set -u
rounds=$1
shift
command -v taskset >/dev/null || { echo "stress: taskset is missing" >&2; exit 1; }
log=$(mktemp) || exit 99
trap 'rm -f "$log" "$log.skipped"' EXIT
: >"$log.skipped"
failed=0

for place in 'taskset -c 0' ''; do
    name=${place:-all CPUs}
    round=1
    while [ "$round" -le "$rounds" ]; do
        bad=
        for test in "$@"; do
            $place "./$test" >"$log" 2>&1
            status=$?
            if [ "$status" -eq 77 ]; then
                echo "$test" >>"$log.skipped"
                continue
            fi
            [ "$status" -eq 0 ] && continue
            bad="$bad ${test##*/}"
            failed=$((failed + 1))
            cat "$log"
        done
        echo "$name, round $round of $rounds:${bad:- all the same}"
        round=$((round + 1))
    done
done
for test in "$@"; do
    times=$(grep -cx "$test" "$log.skipped")
    if [ "$times" -ne 0 ] && [ "$times" -ne $((2 * rounds)) ]; then
        echo "$test was skipped in $times rounds only"
        failed=$((failed + 1))
    fi
done
echo "stress: $failed deviations in $((2 * rounds)) rounds of $# tests"
[ "$failed" -eq 0 ]
