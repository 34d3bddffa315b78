# image_catalog/Makefile
#
# The version stands in image_catalog.control only; the install script is the
# numbered parts of sql/, joined.  Works as a VPATH build, too.

srcdir = $(or $(VPATH),.)
EXTENSION = image_catalog
EXTVERSION = $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" $(srcdir)/$(EXTENSION).control)

PG_CONFIG ?= pg_config

MODULE_big = $(EXTENSION)
SOURCES = $(sort $(wildcard $(srcdir)/src/*.c $(srcdir)/src/*/*.c))
INCLUDES = $(wildcard $(srcdir)/src/*.h $(srcdir)/src/*/*.h)
OBJS = $(WIN32RES) $(SOURCES:$(srcdir)/%.c=%.o)
PGFILEDESC = "image_catalog - an image catalogue in the database"

SQL_PARTS = $(sort $(wildcard $(srcdir)/sql/[0-9]*.sql))
DATA = $(wildcard $(srcdir)/sql/$(EXTENSION)--*--*.sql)
# until it is released, an update makes all parts anew between its own begin and end
UPDATES = $(patsubst $(srcdir)/sql/update/%.begin.sql,$(EXTENSION)--%.sql,$(wildcard $(srcdir)/sql/update/*--$(EXTVERSION).begin.sql))
DATA_built = $(EXTENSION)--$(EXTVERSION).sql $(UPDATES)
EXTRA_CLEAN = $(DATA_built) $(EXTENSION)--*.sql test/unit/build test/fuzz/build

# the server's headers as system headers: -Wextra then speaks of our code only;
# scripts/test adds COPT=-Werror
PG_CPPFLAGS = -DIMGCAT_VERSION='"$(EXTVERSION)"' -I$(srcdir)/src -isystem $(shell $(PG_CONFIG) --includedir-server)
PG_CFLAGS = -Wall -Wextra

# digests and signatures are OpenSSL's (src/data)
SHLIB_LINK = -lcrypto

# test/expected is a link to expected/: pg_regress 15 has no --expecteddir
REGRESS = $(sort $(patsubst $(srcdir)/test/sql/%.sql,%,$(wildcard $(srcdir)/test/sql/*.sql)))
REGRESS_OPTS = --inputdir=$(srcdir)/test --load-extension=$(EXTENSION)
ISOLATION = $(sort $(patsubst $(srcdir)/test/specs/%.spec,%,$(wildcard $(srcdir)/test/specs/*.spec)))
ISOLATION_OPTS = --inputdir=$(srcdir)/test --load-extension=$(EXTENSION)

PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(EXTENSION)--$(EXTVERSION).sql: $(SQL_PARTS) $(srcdir)/$(EXTENSION).control
	cat $(SQL_PARTS) > $@

$(UPDATES): $(EXTENSION)--%.sql: $(srcdir)/sql/update/%.begin.sql $(SQL_PARTS) $(srcdir)/sql/update/%.end.sql
	cat $^ > $@

# one compiler call a source, so a changed header rebuilds everything: small enough
$(OBJS): $(INCLUDES) | object-dirs

.PHONY: object-dirs unit fuzz indent dist
object-dirs:
	@$(MKDIR_P) $(sort $(dir $(filter %.o,$(OBJS))))

# parsers of client text, compiled and run without a server
unit:
	$(MAKE) -C $(srcdir)/test/unit run

fuzz:
	$(MAKE) -C $(srcdir)/test/fuzz run

# the archive for PGXN: what is in git, under a folder with name and version
dist:
	git -C $(srcdir) archive --format=zip --prefix=$(EXTENSION)-$(EXTVERSION)/ \
		-o $(CURDIR)/$(EXTENSION)-$(EXTVERSION).zip HEAD

# pg_bsd_indent as pgindent runs it
indent:
	$(srcdir)/scripts/indent
