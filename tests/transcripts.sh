#!/bin/sh
# What the READMEs and the programs' header comments show must be what really
# comes out. A transcript is a line "    $ command", four spaces or more in
# front, and the lines indented likewise below it, up to an empty line, the
# next command or the end of the comment. A line "..." stands for any lines.
set -u
: "${MAPFORK_BUILD:?the folder of the built programs}"
: "${MAPFORK_SOURCE:?the folder of the sources}"
: "${MAPFORK_PROGRAMS:?the programs, src/TOPIC/NAME ...}"

scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/here"
for program in $MAPFORK_PROGRAMS; do
    PATH=$MAPFORK_BUILD/$(dirname "${program#src/}"):$PATH
done
export PATH
NO_COLOR=1 && export NO_COLOR
shown=0 failed=0

# What this build gets for anonymous memory: the texts show the usual words.
anonymous=$(share | sed -n 's/^parent: the number lies in //p')

# text_of FILE: its transcripts with nothing in front: "$ command" and output
# lines, each block closed by an empty line.
text_of() {
    case $1 in
    *.c) sed '/\*\//q' "$1" ;;
    *) cat "$1" ;;
    esac | awk '
        { sub(/[ \t]+$/, "") }
        /^    +\$ / { open = 1; match($0, /^ +/); depth = RLENGTH
                      print substr($0, depth + 1); next }
        open && /^$/ { open = 0; print ""; next }
        open && substr($0, 1, depth) ~ /^ +$/ { print substr($0, depth + 1)
                                                next }
        open { open = 0; print "" }
        END { print "" }'
}

# judge FILE COMMAND: run the command, compare with what was to be seen.
judge() {
    shown=$((shown + 1))
    (cd "$scratch/here" && sh -c "$2") >"$scratch/seen" 2>&1 </dev/null
    if ! awk -v want="$scratch/want" '
        BEGIN { while ((getline line < want) > 0) w[++n] = line; i = 1 }
        bad { next }
        i <= n && w[i] == "..." && (i == n || $0 != w[i + 1]) { next }
        i <= n && w[i] == "..." { i += 2; next }
        i <= n && w[i] == $0 { i++; next }
        { bad = 1 }
        END { if (i == n && w[i] == "...") i++; exit bad || i <= n }
        ' "$scratch/seen"; then
        failed=$((failed + 1))
        echo "FAILED: $1 shows for: \$ $2"
        sed 's/^/  expected: /' "$scratch/want"
        sed 's/^/  seen:     /' "$scratch/seen"
    fi
}

# check FILE: judge each of its transcripts.
check() {
    command=
    : >"$scratch/want"
    while IFS= read -r line; do
        case $line in
        '$ '* | '')
            [ -z "$command" ] || judge "$1" "$command"
            : >"$scratch/want"
            command=${line#\$ }
            ;;
        *)
            case $line in
            *'MAP_SHARED|MAP_ANONYMOUS')
                line=${line%MAP_SHARED*}$anonymous
                ;;
            esac
            printf '%s\n' "$line" >>"$scratch/want"
            ;;
        esac
    done
}

for file in README $(cd "$MAPFORK_SOURCE" && ls src/*/README) \
    $(for p in $MAPFORK_PROGRAMS; do echo "$p.c"; done); do
    before=$shown
    text_of "$MAPFORK_SOURCE/$file" >"$scratch/text"
    check "$file" <"$scratch/text"
    case $file in
    *.c)
        if [ "$shown" -eq "$before" ]; then
            failed=$((failed + 1))
            echo "FAILED: $file shows no transcript"
        fi
        ;;
    esac
done

# The README's table and the tour know every program.
for program in $MAPFORK_PROGRAMS; do
    for place in README scripts/tour; do
        if ! grep -Eq "^ *(stop )?${program#src/}( |\$)|^ *stop $(
            echo "${program#src/}" | tr / ' ') " "$MAPFORK_SOURCE/$place"; then
            failed=$((failed + 1))
            echo "FAILED: $place does not name $program"
        fi
    done
done

echo "$shown transcripts re-run, $failed failed"
[ "$failed" -eq 0 ] && [ "$shown" -gt 0 ]
