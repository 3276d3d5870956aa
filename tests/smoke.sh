#!/bin/sh
# Every program, on both kinds of memory, good and with every mistake that its
# --help offers, must keep its word: exit status 0. Needs no libcheck.
#   MAPFORK_WRAPPER   a command that the programs are run by, an emulator
#   MAPFORK_GOOD_RUNS if it is not empty, leave out the mistakes
set -u
: "${MAPFORK_BUILD:?the folder of the built programs}"
: "${MAPFORK_PROGRAMS:?the programs, src/TOPIC/NAME ...}"

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
${MAPFORK_WRAPPER-} "$MAPFORK_BUILD/mapping/record_write" --quiet "$scratch/card" Ada 1815
runs=0 failed=0 missing=0

# operands_of NAME: what the program needs for a run that goes well. They
# are split into words: none has a blank in it.
operands_of() {
    case $1 in
    tally) echo "$0" ;;
    price) echo "verify --rounds=1" ;;
    record_write)
        rm -f "$scratch/new"
        echo "$scratch/new Ada 1815"
        ;;
    record_read) echo "$scratch/card" ;;
    poke_file)
        printf zhangxiang >"$scratch/name"
        echo "$scratch/name"
        ;;
    copy_file)
        rm -f "$scratch/copy"
        echo "$0 $scratch/copy"
        ;;
    esac
}

# attempt PROGRAM [SWITCH ...]: run it and judge its exit status.
attempt() {
    # shellcheck disable=SC2046 # into words
    ${MAPFORK_WRAPPER-} "$@" $(operands_of "${1##*/}") </dev/null >"$scratch/out" 2>"$scratch/err"
    status=$?
    runs=$((runs + 1))
    case $status in
    0) return ;;
    77)
        missing=$((missing + 1))
        echo "not here: $*: $(cat "$scratch/err")"
        return
        ;;
    esac
    failed=$((failed + 1))
    echo "FAILED: $*: expected exit status 0, seen $status"
    sed 's/^/  /' "$scratch/out" "$scratch/err"
}

for program in $MAPFORK_PROGRAMS; do
    path=$MAPFORK_BUILD/${program#src/}
    help=$(${MAPFORK_WRAPPER-} "$path" --help) || { echo "FAILED: $path --help"; exit 1; }
    breaks=$(printf '%s\n' "$help" | sed -n 's/^  \(--break=[a-z_]*\).*/\1/p')
    case $help in
    *--backing=*) backings='--backing=anon --backing=zero' ;;
    *) backings=--deadline=20 ;;
    esac
    for backing in $backings; do
        attempt "$path" "$backing"
        [ -z "${MAPFORK_GOOD_RUNS-}" ] || continue
        for mistake in $breaks; do
            attempt "$path" "$backing" "$mistake"
        done
    done
done

echo "$runs runs, $failed failed, $missing not supported here"
[ "$failed" -eq 0 ] && [ "$runs" -gt "$missing" ]
