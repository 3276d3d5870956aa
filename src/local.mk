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
	src/tools/README \
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
	src/lib/label.h \
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
	src/lib/words.c src/lib/words.h \
	src/lib/wrap.c src/lib/wrap.h

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

# ---- The command, and the runtime that it puts into a traced program ---------

bin_PROGRAMS = src/tools/mapfork
src_tools_mapfork_SOURCES = \
	src/tools/mapfork.c src/tools/verbs.h \
	src/tools/programs.c \
	src/tools/refuse.c src/tools/refuse.h \
	src/tools/rt/linked.c src/tools/rt/linked.h \
	src/tools/rt/ticks.h src/tools/rt/trace_file.h \
	src/tools/verb_list.c \
	src/tools/verb_trace.c \
	src/tools/trace/chrome.c \
	src/tools/trace/diagram.c \
	src/tools/trace/identity.c \
	src/tools/trace/json.c \
	src/tools/trace/judge.c \
	src/tools/trace/load.c \
	src/tools/trace/page.c src/tools/trace/picture_page.h \
	src/tools/trace/pick.c \
	src/tools/trace/places.c src/tools/trace/places.h \
	src/tools/trace/replay.c \
	src/tools/trace/story.c \
	src/tools/trace/supervise.c src/tools/trace/supervise.h \
	src/tools/trace/trace.h \
	src/tools/trace/words.c
nodist_src_tools_mapfork_SOURCES = src/tools/picture_page.c src/tools/names.h
src_tools_mapfork_CPPFLAGS = $(AM_CPPFLAGS) -Isrc/tools -I$(srcdir)/src/tools
src_tools_mapfork_LDADD = $(LDADD) $(DW_LIBS)
dist_man1_MANS = src/tools/mapfork.1
pkginclude_HEADERS = src/lib/label.h

# The page around a picture, in this order, as C.
picture = \
	src/tools/picture/page.html \
	src/tools/picture/page.css \
	src/tools/picture/model.js \
	src/tools/picture/words.js \
	src/tools/picture/fold.js \
	src/tools/picture/axis.js \
	src/tools/picture/rows.js \
	src/tools/picture/labels.js \
	src/tools/picture/shapes.js \
	src/tools/picture/bars.js \
	src/tools/picture/draw.js \
	src/tools/picture/overview.js \
	src/tools/picture/view.js \
	src/tools/picture/details.js \
	src/tools/picture/report.js \
	src/tools/picture/search.js \
	src/tools/picture/keys.js \
	src/tools/picture/paper.js \
	src/tools/picture/start.js
EXTRA_DIST += src/tools/picture/embed $(picture)
CLEANFILES += src/tools/picture_page.c src/tools/names.h
src/tools/picture_page.c: src/tools/picture/embed $(picture)
	$(AM_V_GEN)$(MKDIR_P) src/tools
	$(AM_V_at)cd $(srcdir) && $(SHELL) src/tools/picture/embed $(picture) \
		>$(abs_builddir)/$@-t
	$(AM_V_at)mv $@-t $@

# Where things are, for `mapfork list' and the like.
src/tools/names.h: Makefile
	$(AM_V_GEN)$(MKDIR_P) src/tools
	$(AM_V_at){ for name in $(programs); do \
		echo "\"$${name#src/}\","; done | tr '\n' ' ' | \
		sed 's/^/#define MAPFORK_PROGRAMS /'; echo; \
		echo '#define MAPFORK_LIBDIR "$(pkglibdir)"'; \
		echo '#define MAPFORK_LIBEXECDIR "$(pkglibexecdir)"'; } >$@-t
	$(AM_V_at)mv $@-t $@
src/tools/mapfork-programs.$(OBJEXT): src/tools/names.h

# The runtime is no part of any program, so it is not built as they are: no
# sanitizer, whatever they are built with, and always optimised, for it has to
# be cheap. There is a second one for programs linked with musl.
runtime_sources = \
	src/tools/rt/linked.c \
	src/tools/rt/real.c \
	src/tools/rt/task.c \
	src/tools/recorder/cond.c \
	src/tools/recorder/exec.c \
	src/tools/recorder/memory.c \
	src/tools/recorder/modules.c \
	src/tools/recorder/mutex.c \
	src/tools/recorder/others.c \
	src/tools/recorder/process.c \
	src/tools/recorder/record.c \
	src/tools/recorder/rwlock.c \
	src/tools/recorder/sem.c \
	src/tools/recorder/thread.c \
	src/tools/recorder/timer.c
runtime_headers = \
	src/lib/label.h \
	src/tools/rt/linked.h \
	src/tools/rt/real.h \
	src/tools/rt/task.h \
	src/tools/rt/ticks.h \
	src/tools/rt/trace_file.h \
	src/tools/rt/what.h \
	src/tools/recorder/exec.h \
	src/tools/recorder/modules.h \
	src/tools/recorder/record.h
EXTRA_DIST += $(runtime_sources) $(runtime_headers)
RUNTIME_CFLAGS = -std=gnu11 -O2 -g -Wall -Wextra -D_GNU_SOURCE \
	-fPIC -fvisibility=hidden -shared
# A thread that is cancelled unwinds the stack through the runtime, and a signal
# handler may jump out of it: pthread_cleanup_push() must leave no trace there.
RUNTIME_UNWINDS = -fexceptions
runtimedir = $(pkglibdir)
runtime_DATA = src/tools/mapfork-rt.so
CLEANFILES += $(runtime_DATA)
src/tools/mapfork-rt.so: $(runtime_sources) $(runtime_headers)
	$(AM_V_GEN)$(MKDIR_P) src/tools
	$(AM_V_at)cd $(srcdir) && $(CC) $(RUNTIME_CFLAGS) $(RUNTIME_UNWINDS) \
		-o $(abs_builddir)/$@ $(runtime_sources) $(RUNTIME_LIBS)
if MUSL_RUNTIME
runtime_DATA += src/tools/mapfork-rt-musl.so
src/tools/mapfork-rt-musl.so: $(runtime_sources) $(runtime_headers)
	$(AM_V_GEN)$(MKDIR_P) src/tools
	$(AM_V_at)cd $(srcdir) && $(MUSL_GCC) $(RUNTIME_CFLAGS) \
		-o $(abs_builddir)/$@ $(runtime_sources)
endif
