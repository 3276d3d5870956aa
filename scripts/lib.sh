# What the scripts of this folder share. Each of them sets `top`, the folder
# above this one, and then reads this file.
# shellcheck shell=sh

script=${0##*/}

# Everything that is built or logged lands in this folder below the top, so
# that the sources stay as they are.
build=build

complain()
{
    printf '%s: %s\n' "$script" "$*" >&2
}

# A mistake on the command line: one line, and the exit status of the suite's
# own programs for the same thing.
refuse()
{
    complain "$* (try: scripts/$script --help)"
    exit 2
}

processors()
{
    getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1
}

# logged LOG COMMAND...: nothing is shown of a command that works; of one that
# does not, the end of its log, because that is where the reason stands.
logged()
{
    log=$1
    shift
    "$@" >"$log" 2>&1 </dev/null && return
    complain "'$*' failed; $log ends with:"
    tail -n 40 "$log" >&2
    return 1
}

# A release brings the configure script, a clone has to make it.
is_release()
{
    [ -f configure ] && ! [ -e .git ]
}

newer()
{
    [ -n "$(find "$1" -newer "$2")" ]
}

# What a build folder was configured for. If this changes, it must be
# configured again, and what was compiled before no longer counts. The version
# of Check is a part of it, as configure looks for Check only once.
configured_for()
{
    printf '%s\n' "CC=${CC-}" "CFLAGS=${CFLAGS-}" "CPPFLAGS=${CPPFLAGS-}" \
        "LDFLAGS=${LDFLAGS-}" "LIBS=${LIBS-}" \
        "check: $("${PKG_CONFIG:-pkg-config}" --modversion check 2>&1)" "$@"
}

# configure is called by a relative name: Automake refuses a source folder
# that has a space in its absolute one.
run_configure()
{
    up=$(printf '%s\n' "$build" | sed 's:[^/][^/]*:..:g')
    (cd "$build" && "$up/configure" "$@")
}

# prepare [--keep] [configure arguments]: from whatever is here to built
# programs. With --keep a build folder that is already configured is taken as
# it is, whatever for.
prepare()
{
    keep=
    if [ "${1-}" = --keep ]; then
        keep=yes
        shift
    fi
    check=
    for argument in "$@"; do
        case $argument in
        --without-check | --with-check=no) check=--without-check ;;
        esac
    done
    mkdir -p "$build"
    scripts/setup ${check:+"$check"} >"$build/setup.log" || return
    # One line says that all is there: not worth repeating on every run.
    grep -v 'nothing is missing' "$build/setup.log" || :
    if ! is_release; then
        if ! [ -f configure ] || ! [ -f Makefile.in ] ||
            newer configure.ac configure; then
            echo "$script: making configure"
            scripts/bootstrap || return
        fi
    fi
    memo=$build/configured-for
    wanted=$(configured_for "$@")
    if ! [ -f "$build/Makefile" ]; then
        echo "$script: configuring $build"
        logged "$build/configure.log" run_configure "$@" || return
        printf '%s\n' "$wanted" >"$memo"
    elif [ -z "$keep" ] && [ "$wanted" != "$(cat "$memo" 2>&1)" ]; then
        echo "$script: configuring $build again, for something else"
        rm -f "$memo"
        logged "$build/configure.log" run_configure "$@" || return
        logged "$build/clean.log" make -C "$build" clean || return
        printf '%s\n' "$wanted" >"$memo"
    fi
    echo "$script: compiling"
    # A configure newer than the Makefile is noticed by make itself, which
    # then configures again with the same arguments.
    logged "$build/make.log" make -C "$build" -j "$(processors)"
}
