# The library and the programs. A new program is one word in `programs' and
# its file src/TOPIC/NAME.c; a new topic has a README.

programs = \
	src/compare/pipe_queue \
	src/compare/price \
	src/compare/record_lock \
	src/cond/barrier \
	src/cond/bounded_buffer \
	src/cond/dead_waiter \
	src/cond/handoff \
	src/cond/read_write_lock \
	src/cond/semaphore \
	src/cond/timed_wait \
	src/mapping/claims \
	src/mapping/copy_file \
	src/mapping/inherit \
	src/mapping/named_region \
	src/mapping/page_ends \
	src/mapping/poke_file \
	src/mapping/record_read \
	src/mapping/record_write \
	src/mapping/relative_pointers \
	src/mapping/share \
	src/mutex/counter \
	src/mutex/fork_while_locked \
	src/mutex/lock_in_handler \
	src/mutex/lock_order \
	src/mutex/mutex_kinds \
	src/mutex/owner_died \
	src/mutex/philosophers \
	src/process/reap \
	src/process/stdio_twice \
	src/race/first_initialiser \
	src/race/lost_update \
	src/race/spin_flag \
	src/work/relay \
	src/work/tally

nobase_dist_doc_DATA += \
	src/compare/README \
	src/compare/plots/capacity.svg \
	src/compare/plots/latency.svg \
	src/compare/plots/locks.svg \
	src/compare/plots/mapping.svg \
	src/compare/plots/pairs.svg \
	src/compare/plots/spin.svg \
	src/compare/plots/throughput.svg \
	src/cond/README \
	src/mapping/README \
	src/mutex/README \
	src/process/README \
	src/race/README \
	src/work/README

noinst_LIBRARIES = \
	src/lib/libmapfork.a \
	src/compare/libmeasure.a \
	src/mapping/libfolklore.a
src_lib_libmapfork_a_SOURCES = \
	src/lib/args.c src/lib/args.h \
	src/lib/blocked.c src/lib/blocked.h \
	src/lib/channel.c src/lib/channel.h \
	src/lib/child.c src/lib/child.h \
	src/lib/die.c src/lib/die.h \
	src/lib/order.c src/lib/order.h \
	src/lib/pieces.c src/lib/pieces.h \
	src/lib/queue.c src/lib/queue.h \
	src/lib/region.c src/lib/region.h \
	src/lib/ring.h \
	src/lib/say.c src/lib/say.h \
	src/lib/scratch.c src/lib/scratch.h \
	src/lib/shared.c src/lib/shared.h \
	src/lib/spin.h \
	src/lib/spsc.c src/lib/spsc.h \
	src/lib/table.c src/lib/table.h \
	src/lib/words.c src/lib/words.h

# What every program is linked with; its source is its name with .c behind.
LDADD = src/lib/libmapfork.a

# The rows of claims, by theme, and what runs and prints them; the tests use
# them with a table of their own.
src_mapping_libfolklore_a_SOURCES = \
	src/mapping/folklore/anonymous.c \
	src/mapping/folklore/arguments.c \
	src/mapping/folklore/beyond_calls.c \
	src/mapping/folklore/beyond_ends.c \
	src/mapping/folklore/beyond_files.c \
	src/mapping/folklore/beyond_fork.c \
	src/mapping/folklore/claims.h \
	src/mapping/folklore/ends.c \
	src/mapping/folklore/errors.c \
	src/mapping/folklore/files.c \
	src/mapping/folklore/lengths.c \
	src/mapping/folklore/limits.c \
	src/mapping/folklore/names.c \
	src/mapping/folklore/print.c \
	src/mapping/folklore/probe.c \
	src/mapping/folklore/run.c \
	src/mapping/folklore/sharing.c \
	src/mapping/folklore/shm.c \
	src/mapping/folklore/system.c
src_mapping_record_write_SOURCES = src/mapping/record_write.c src/mapping/record.h
src_mapping_record_read_SOURCES = src/mapping/record_read.c src/mapping/record.h
src_mapping_claims_LDADD = src/mapping/libfolklore.a $(LDADD)

# The programs are for reading and trying, not for everybody's PATH.
if INSTALL_PROGRAMS
pkglibexec_PROGRAMS = $(programs)
else
noinst_PROGRAMS = $(programs)
endif

# What price measures, and with what.
src_compare_libmeasure_a_SOURCES = \
	src/compare/measure/asked.c \
	src/compare/measure/cond.c \
	src/compare/measure/copies.c src/compare/measure/copies.h \
	src/compare/measure/copy_routes.c \
	src/compare/measure/floor.c src/compare/measure/floor.h \
	src/compare/measure/floor_roles.c \
	src/compare/measure/floor_verdict.c \
	src/compare/measure/floor_wake.c \
	src/compare/measure/futex.h \
	src/compare/measure/keeper.c src/compare/measure/keeper.h \
	src/compare/measure/kernel.c \
	src/compare/measure/latency.c \
	src/compare/measure/links.c \
	src/compare/measure/lock_kernel.c \
	src/compare/measure/lock_posix.c \
	src/compare/measure/lock_word.c \
	src/compare/measure/locks.c src/compare/measure/locks.h \
	src/compare/measure/mapping.c \
	src/compare/measure/pair.c \
	src/compare/measure/price.h \
	src/compare/measure/rings.c \
	src/compare/measure/rows.c \
	src/compare/measure/stamp.c \
	src/compare/measure/throughput.c \
	src/compare/measure/verify.c \
	src/compare/measure/ways.h \
	src/compare/measure/word.c
src_compare_price_LDADD = src/compare/libmeasure.a $(LDADD)
