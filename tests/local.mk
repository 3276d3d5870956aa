# The tests. A new one is one word in `check_tests', one line for its
# libraries, and its file tests/check_NAME.c.

# These need libcheck.
check_tests = \
	tests/lib/check_args \
	tests/lib/check_blocked \
	tests/lib/check_channel \
	tests/lib/check_child \
	tests/lib/check_die \
	tests/lib/check_order \
	tests/lib/check_pieces \
	tests/lib/check_queue \
	tests/lib/check_region \
	tests/lib/check_region_noanon \
	tests/lib/check_region_nodev \
	tests/lib/check_region_nozero \
	tests/lib/check_say \
	tests/lib/check_shared \
	tests/lib/check_spsc \
	tests/lib/check_table \
	tests/check_barrier \
	tests/check_bounded_buffer \
	tests/check_claims \
	tests/check_common \
	tests/check_copy_file \
	tests/check_counter \
	tests/check_dead_waiter \
	tests/check_fallback \
	tests/check_first_initialiser \
	tests/check_fork_while_locked \
	tests/check_handoff \
	tests/check_inherit \
	tests/check_interrupt \
	tests/check_lock_in_handler \
	tests/check_lock_order \
	tests/check_lost_update \
	tests/check_measure \
	tests/check_mutex_kinds \
	tests/check_named_region \
	tests/check_owner_died \
	tests/check_page_ends \
	tests/check_philosophers \
	tests/check_pipe_queue \
	tests/check_poke_file \
	tests/check_price \
	tests/check_read_write_lock \
	tests/check_reap \
	tests/check_record_lock \
	tests/check_record_read \
	tests/check_record_write \
	tests/check_relative_pointers \
	tests/check_relay \
	tests/check_semaphore \
	tests/check_share \
	tests/check_spin_flag \
	tests/check_stdio_twice \
	tests/check_tally \
	tests/check_timed_wait \
	tests/tools/check_places \
	tests/tools/check_trace

# These need only a shell: they also serve where libcheck cannot be linked.
shell_tests = \
	tests/smoke.sh \
	tests/trace.sh \
	tests/transcripts.sh

EXTRA_DIST += $(shell_tests) tests/stress.sh tests/valgrind.supp
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = $(SHELL)
TESTS = $(shell_tests)

# With which programs are linked that are traced by the second runtime.
if MUSL_RUNTIME
musl_gcc = $(MUSL_GCC)
endif

# Where the tests find what they run: the programs, the sources. scripts/
# check-musl names programs that were built elsewhere.
tested = $(abs_top_builddir)/src
AM_TESTS_ENVIRONMENT = \
	MAPFORK_BUILD='$(tested)'; export MAPFORK_BUILD; \
	MAPFORK_SOURCE='$(abs_top_srcdir)'; export MAPFORK_SOURCE; \
	MAPFORK_PROGRAMS='$(programs)'; export MAPFORK_PROGRAMS; \
	CC='$(CC)'; export CC; MUSL_GCC='$(musl_gcc)'; export MUSL_GCC;

if HAVE_CHECK
check_PROGRAMS = $(check_tests) tests/support/refuse_anon
check_LIBRARIES = tests/support/libsupport.a
TESTS += $(check_tests)
else
if !WITHOUT_CHECK
# A green run that skipped nearly everything would be a lie.
check-local:
	@echo "make check: libcheck is missing; install it (Debian: check," \
	  "Fedora: check-devel, Alpine: check-dev) and configure again," \
	  "or configure --without-check" >&2; exit 1
endif
endif

tests_support_libsupport_a_SOURCES = \
	tests/support/run.c tests/support/run.h
tests_support_libsupport_a_CPPFLAGS = \
	$(AM_CPPFLAGS) -DSOURCE_FOLDER='"$(abs_top_srcdir)"' \
	-DTOOL_FOLDER='"$(abs_top_builddir)/tests/support"'
tests_support_libsupport_a_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS)
tests_support_refuse_anon_LDADD =

# Tests are compiled with the headers of libcheck and of tests/support.
AM_CPPFLAGS += -I$(srcdir)/tests/support $(CHECK_CFLAGS)
test_libraries = tests/support/libsupport.a src/lib/libmapfork.a $(CHECK_LIBS)

tests_tools_check_trace_LDADD = $(test_libraries)
tests_tools_check_places_SOURCES = \
	tests/tools/check_places.c \
	src/tools/trace/places.c src/tools/trace/places.h
tests_tools_check_places_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/src/tools/trace
tests_tools_check_places_CFLAGS = $(AM_CFLAGS) -g
tests_tools_check_places_LDADD = $(test_libraries) $(DW_LIBS)
tests_check_barrier_LDADD = $(test_libraries)
tests_check_bounded_buffer_LDADD = $(test_libraries)
tests_check_copy_file_LDADD = $(test_libraries)
tests_check_named_region_LDADD = $(test_libraries)
tests_check_poke_file_LDADD = $(test_libraries)
tests_check_price_LDADD = $(test_libraries)
tests_check_record_read_LDADD = $(test_libraries)
tests_check_record_write_LDADD = $(test_libraries)
tests_check_tally_LDADD = $(test_libraries)
tests_lib_check_pieces_LDADD = $(test_libraries)
tests_lib_check_queue_LDADD = $(test_libraries)
tests_lib_check_table_LDADD = $(test_libraries)
tests_check_claims_LDADD = src/mapping/libfolklore.a $(test_libraries)
tests_check_common_LDADD = $(test_libraries)
tests_check_counter_LDADD = $(test_libraries)
tests_check_dead_waiter_LDADD = $(test_libraries)
tests_check_fallback_LDADD = $(test_libraries)
tests_check_first_initialiser_LDADD = $(test_libraries)
tests_check_fork_while_locked_LDADD = $(test_libraries)
tests_check_handoff_LDADD = $(test_libraries)
tests_check_inherit_LDADD = $(test_libraries)
tests_check_interrupt_LDADD = $(test_libraries)
tests_check_lock_in_handler_LDADD = $(test_libraries)
tests_check_lock_order_LDADD = $(test_libraries)
tests_check_lost_update_LDADD = $(test_libraries)
tests_check_measure_LDADD = src/compare/libmeasure.a $(test_libraries)
tests_check_mutex_kinds_LDADD = $(test_libraries)
tests_check_owner_died_LDADD = $(test_libraries)
tests_check_page_ends_LDADD = $(test_libraries)
tests_check_philosophers_LDADD = $(test_libraries)
tests_check_pipe_queue_LDADD = $(test_libraries)
tests_check_read_write_lock_LDADD = $(test_libraries)
tests_check_reap_LDADD = $(test_libraries)
tests_check_record_lock_LDADD = $(test_libraries)
tests_check_relative_pointers_LDADD = $(test_libraries)
tests_check_relay_LDADD = $(test_libraries)
tests_check_semaphore_LDADD = $(test_libraries)
tests_check_share_LDADD = $(test_libraries)
tests_check_spin_flag_LDADD = $(test_libraries)
tests_check_stdio_twice_LDADD = $(test_libraries)
tests_check_timed_wait_LDADD = $(test_libraries)
tests_lib_check_args_LDADD = $(test_libraries)
tests_lib_check_blocked_LDADD = $(test_libraries)
tests_lib_check_channel_LDADD = $(test_libraries)
tests_lib_check_child_LDADD = $(test_libraries)
tests_lib_check_die_LDADD = $(test_libraries)
tests_lib_check_order_LDADD = $(test_libraries)
tests_lib_check_region_LDADD = $(test_libraries)
tests_lib_check_say_LDADD = $(test_libraries)
tests_lib_check_shared_LDADD = $(test_libraries)
tests_lib_check_channel_SOURCES = \
	tests/lib/check_channel.c tests/lib/stream_tests.h
tests_lib_check_spsc_SOURCES = \
	tests/lib/check_spsc.c tests/lib/stream_tests.h
tests_lib_check_spsc_LDADD = $(test_libraries)

# The region module once more for each way it can go, so that the fallbacks
# run on every machine: without anonymous memory; without that and with a
# device that cannot be mapped (ENODEV, as /dev/zero on macOS); without that
# and with no such device (ENOENT, as in an empty /dev).
if !USES_MAP_ANONYMOUS
region_first = REGION_ZERO
else
region_first = REGION_ANON
endif
tests_lib_check_region_CPPFLAGS = $(AM_CPPFLAGS) \
	-DEXPECT_ANON=$(region_first) -DEXPECT_ZERO=REGION_ZERO

tests_lib_check_region_noanon_SOURCES = \
	tests/lib/check_region.c src/lib/region.c
tests_lib_check_region_noanon_CPPFLAGS = $(AM_CPPFLAGS) \
	-DREGION_WITHOUT_ANONYMOUS \
	-DEXPECT_ANON=REGION_ZERO -DEXPECT_ZERO=REGION_ZERO
tests_lib_check_region_noanon_LDADD = $(test_libraries)

tests_lib_check_region_nozero_SOURCES = \
	tests/lib/check_region.c src/lib/region.c
tests_lib_check_region_nozero_CPPFLAGS = $(AM_CPPFLAGS) \
	-DREGION_WITHOUT_ANONYMOUS -DREGION_ZERO_DEVICE='"/dev/null"' \
	-DEXPECT_ANON=REGION_FILE -DEXPECT_ZERO=REGION_FILE
tests_lib_check_region_nozero_LDADD = $(test_libraries)

tests_lib_check_region_nodev_SOURCES = \
	tests/lib/check_region.c src/lib/region.c
tests_lib_check_region_nodev_CPPFLAGS = $(AM_CPPFLAGS) \
	-DREGION_WITHOUT_ANONYMOUS -DREGION_ZERO_DEVICE='"/nonexistent/zero"' \
	-DEXPECT_ANON=REGION_FILE -DEXPECT_ZERO=REGION_FILE
tests_lib_check_region_nodev_LDADD = $(test_libraries)

# Everything under valgrind, children followed. Valgrind is slow, hence the
# longer time-outs; MAPFORK_WRAPPER is what run.c puts before each program.
# Each process has a log of its own, so that stderr is the program's alone (one
# that exists already is refused);
# nothing may be in it but warnings, unless the process was to die of a mistake.
valgrind_logs = $(abs_top_builddir)/valgrind-logs
valgrind = valgrind -q --error-exitcode=99 --leak-check=full \
	--show-leak-kinds=definite --errors-for-leak-kinds=definite \
	--run-libc-freeres=no --suppressions=$(abs_top_srcdir)/tests/valgrind.supp \
	--trace-children=yes --child-silent-after-fork=no \
	--log-file=$(valgrind_logs)/%q{MAPFORK_RUN}-%p
check-valgrind: $(check_PROGRAMS) $(programs)
	rm -rf $(valgrind_logs)
	$(MKDIR_P) $(valgrind_logs)
	chmod 777 $(valgrind_logs)
	CK_TIMEOUT_MULTIPLIER=10 MAPFORK_WRAPPER='$(valgrind)' \
	  $(MAKE) $(AM_MAKEFLAGS) check TESTS='$(check_tests)'
	@bad=0; \
	for log in `find $(valgrind_logs) -type f -size +0`; do \
	  grep -q 'with default action of signal' $$log && continue; \
	  grep -v '== Warning: ' $$log && bad=1; \
	done; exit $$bad
	rm -rf $(valgrind_logs)

# Ten runs in a row on one CPU and ten on all: every verdict must be the same.
check-stress: $(check_PROGRAMS) $(programs)
	$(AM_TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/stress.sh 10 \
	  $(check_tests)

.PHONY: check-valgrind check-stress

# Programs for mapfork trace that are no part of the suite: tests/trace.sh
# compiles them itself, with each libc there is.
EXTRA_DIST += \
	tests/strangers/README \
	tests/strangers/address_reused.c \
	tests/strangers/atfork_ok.c \
	tests/strangers/barrier_ok.c \
	tests/strangers/barrier_short.c \
	tests/strangers/baton.c \
	tests/strangers/blocked_on_sleeper.c \
	tests/strangers/broadcast_after_unlock.c \
	tests/strangers/broadcast_then_destroy.c \
	tests/strangers/cancelled_thread.c \
	tests/strangers/closes_everything.c \
	tests/strangers/cond_mutexes_in_turn.c \
	tests/strangers/cond_never.c \
	tests/strangers/cond_signal_no_waiter_ok.c \
	tests/strangers/copied_sem.c \
	tests/strangers/crash.c \
	tests/strangers/daemon_threads.c \
	tests/strangers/dead_holder.c \
	tests/strangers/deadlock_abba.c \
	tests/strangers/deadlock_threads.c \
	tests/strangers/deadlock_three.c \
	tests/strangers/destroyed_in_use.c \
	tests/strangers/destroyed_rwlock.c \
	tests/strangers/dev_zero.c \
	tests/strangers/dies_like_child.c \
	tests/strangers/different_addresses.c \
	tests/strangers/double_fork_daemonish.c \
	tests/strangers/double_unlock.c \
	tests/strangers/errorcheck_misuse.c \
	tests/strangers/exec_second.c \
	tests/strangers/execs_holding.c \
	tests/strangers/exits_holding.c \
	tests/strangers/fork_holding_private.c \
	tests/strangers/heap_mutex.c \
	tests/strangers/killed.c \
	tests/strangers/leftover_name.c \
	tests/strangers/lost_wakeup.c \
	tests/strangers/many_locks.c \
	tests/strangers/names_ok.c \
	tests/strangers/never_reaped.c \
	tests/strangers/once_threads.c \
	tests/strangers/owner_died_lost.c \
	tests/strangers/owner_died_ok.c \
	tests/strangers/pipe_hang.c \
	tests/strangers/posix_spawn_user.c \
	tests/strangers/private_cond.c \
	tests/strangers/private_copies.c \
	tests/strangers/private_mutex.c \
	tests/strangers/private_sem.c \
	tests/strangers/raw_fork.c \
	tests/strangers/recursive_misuse.c \
	tests/strangers/recursive_ok.c \
	tests/strangers/reinit_in_use.c \
	tests/strangers/robust_ok.c \
	tests/strangers/rwlock_ok.c \
	tests/strangers/rwlock_writer_stuck.c \
	tests/strangers/self_deadlock.c \
	tests/strangers/sem_as_mutex.c \
	tests/strangers/sem_stuck.c \
	tests/strangers/sigchld_ignored.c \
	tests/strangers/signal_handler_posts.c \
	tests/strangers/signal_without_lock_ok.c \
	tests/strangers/sixteen.c \
	tests/strangers/stack_mutex.c \
	tests/strangers/stdin_copy.c \
	tests/strangers/sysv_style.c \
	tests/strangers/table \
	tests/strangers/threads_and_fork.c \
	tests/strangers/timed_rwlock.c \
	tests/strangers/timed_waits.c \
	tests/strangers/told_to_end.c \
	tests/strangers/trylock_loop.c \
	tests/strangers/two_mutexes.c \
	tests/strangers/unlock_stranger.c \
	tests/strangers/vfork_exec.c \
	tests/strangers/vfork_then_fork.c \
	tests/strangers/wait_unlocked.c
EXTRA_DIST += tests/tools/suite
EXTRA_DIST += tests/picture/browser.py tests/picture/make-models \
	tests/picture/models/deadlock.json \
	tests/picture/models/empty.json \
	tests/picture/models/good.json \
	tests/picture/models/hostile.json \
	tests/picture/models/kinds.json \
	tests/picture/models/lost-wake-up.json \
	tests/picture/models/one-lane.json \
	tests/picture/models/owner-died.json \
	tests/picture/models/threads.json
