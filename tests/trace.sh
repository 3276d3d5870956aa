#!/bin/sh
# trace.sh: `mapfork trace' on programs that were not written for it, those of
# tests/strangers, and on those of the suite: each behaves as without it, and
# its findings are those that a table names, no more and no fewer. The
# strangers are linked with this system's libc, and with musl where musl-gcc
# is.
#
#   trace.sh [NAME...]          (all of them)
#   trace.sh --one LIBC NAME END FINDINGS
#   trace.sh --own NAME BREAK FINDINGS
set -u
LC_ALL=C
export LC_ALL
self=$MAPFORK_SOURCE/tests/trace.sh
strangers=$MAPFORK_SOURCE/tests/strangers
mapfork=$MAPFORK_BUILD/tools/mapfork

# The number of what END says as an exit status of mapfork trace.
status_of()
{
    case $1 in
    exit:*) echo "${1#exit:}" ;;
    signal:*) echo $((128 + ${1#signal:})) ;;
    hang) echo 124 ;;
    esac
}

# The kinds of the findings in file $1, sorted, with commas.
kinds()
{
    sed -n 's/^  [^[]*\[\([a-z-]*\)\]:.*/\1/p' "$1" | sort | tr '\n' ',' |
        sed 's/,$//'
}

# run_alone OUT COMMAND...: what it does without the tracer.
run_alone()
{
    out=$1
    shift
    # Of a command that a signal ends the shell itself tells on stderr.
    { timeout -k 5 60 "$@" <"$strangers/table" >"$out" 2>"$out.err"; } 2>"$out.sh"
}

# One program. Silent if all is well, else lines that begin with its name.
one()
{
    libc=$1 name=$2 end=$3
    expected=$(echo "$4" | tr ',' '\n' | sort | tr '\n' ',' | sed 's/,$//')
    [ "$expected" = - ] && expected=
    folder=$work/$libc/$name.run
    program=$work/$libc/$name
    mkdir -p "$folder" && cd "$folder" || exit 99
    timeout -k 5 60 "$mapfork" trace --timeout=1 -o picture.html "$program" \
        <"$strangers/table" >traced 2>story
    status=$?
    if [ "$status" -ne "$(status_of "$end")" ]; then
        echo "$name ($libc): expected $end, seen exit status $status"
        cat story
    fi
    seen=$(kinds story)
    if [ "$seen" != "$expected" ]; then
        echo "$name ($libc): expected '$expected' to be found, seen '$seen'"
        cat story
    fi
    tail -n 1 picture.html 2>/dev/null | grep -q '</html>' ||
        echo "$name ($libc): expected a whole picture"
    # The process that a name left behind has its number in it.
    if [ "$end" != hang ] && [ "$name" != leftover_name ]; then
        run_alone alone "$program"
        cmp -s alone traced || {
            echo "$name ($libc): expected the same on stdout as without trace"
            diff alone traced
        }
    fi
    [ "$name" != leftover_name ] ||
        rm -f /dev/shm/*stranger-left-*
}

# A program of the suite, which judges itself, and exits 0.
own()
{
    name=$1 break=$2 expected=$3
    folder=$work/own/$name.$break
    mkdir -p "$folder" && cd "$folder" || exit 99
    set -- "$name"
    [ "$break" = - ] || set -- "$name" "--break=$break"
    timeout -k 5 60 "$mapfork" trace -o picture.html "$@" </dev/null \
        >out 2>story
    status=$?
    seen=$(kinds story)
    # One of several, where it depends on the libc.
    case $status:"|$expected|" in
    0:*"|${seen:--}|"*) ;;
    *)
        echo "$*: expected exit status 0 and '$expected' to be found," \
            "seen $status and '$seen'"
        cat story
        ;;
    esac
}

case ${1-} in
--one | --own)
    what=${1#--}
    shift
    "$what" "$@"
    exit 0
    ;;
esac

work=$(mktemp -d) || exit 99
export work
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP

# compile LIBC COMMAND: all of them, two at a time.
compile()
{
    mkdir "$work/$1"
    names=$(grep -v '^#' "$strangers/table" | cut -d ' ' -f 1)
    # shellcheck disable=SC2086 # a command with its options
    echo "$names" | xargs -P 2 -I NAME $2 -g -O1 -pthread \
        -o "$work/$1/NAME" "$strangers/NAME.c"
}

libcs=$(basename "${CC:-cc}" | sed 's/[^A-Za-z0-9].*//')
compile "$libcs" "${CC:-cc}" || exit 1
if [ -n "${MUSL_GCC-}" ]; then
    libcs="$libcs musl"
    compile musl "$MUSL_GCC" || exit 1
fi

for libc in $libcs; do
    grep -v '^#' "$strangers/table" | while read -r name end findings; do
        [ $# -eq 0 ] || case " $* " in
        *" $name "*) ;;
        *) continue ;;
        esac
        echo "$libc $name $end $findings"
    done
done >"$work/cases"
grep -v '^#' "$MAPFORK_SOURCE/tests/tools/suite" |
    while read -r name break findings; do
        [ $# -eq 0 ] || case " $* " in
        *" $name "*) ;;
        *) continue ;;
        esac
        echo "$name $break $findings"
    done >"$work/own-cases"
# Four at a time: those that hang wait most of the time.
: >"$work/failed"
[ ! -s "$work/cases" ] ||
    xargs -P 4 -L 1 "${SHELL:-sh}" "$self" --one \
        <"$work/cases" >>"$work/failed" 2>&1
[ ! -s "$work/own-cases" ] ||
    xargs -P 2 -L 1 "${SHELL:-sh}" "$self" --own \
        <"$work/own-cases" >>"$work/failed" 2>&1
count=$(cat "$work/cases" "$work/own-cases" | wc -l)
# Nothing of them is left. (What is a zombie has no command line.)
for file in /proc/[0-9]*/cmdline; do
    { tr '\000' ' ' <"$file"; echo; } 2>/dev/null | grep "^$work/" |
        sed 's/^/expected no process, seen /'
done >>"$work/failed"
if [ -s "$work/failed" ]; then
    cat "$work/failed"
    echo "trace: some of $count runs failed"
    exit 1
fi
[ "$count" -gt 0 ] || exit 99
echo "trace: $count runs ($libcs), all as they should be"
