#!/bin/bash
#
# Runs the JSON regression tests against a server under valgrind and fails on
# any error that valgrind finds in it.
#
#   test/valgrind.sh [TEST...]     tests of test/sql, default json_*
#
# The compiler of expressions (jit) is off: loading it is nothing that valgrind
# understands.
#
# Needs valgrind, and the extension installed where PG_CONFIG (or pg_config in
# PATH) says.  As root, the server runs as user postgres.  Errors of the
# server itself, seen without the extension, are in valgrind.supp.

set -eu
cd "$(dirname "$0")/.."
source=$PWD
pg_config=${PG_CONFIG:-pg_config}
bindir=$("$pg_config" --bindir)
command -v valgrind >/dev/null || {
	echo 'valgrind is not installed' >&2
	exit 1
}
tests=${*:-$(cd test/sql && ls json_*.sql | sed 's/\.sql$//')}

work=$(mktemp -d)
chmod 755 "$work"
mkdir "$work/data" "$work/log" "$work/regress"
user=$(id -un)
if [ "$(id -u)" -eq 0 ]; then
	user=postgres
	chown -R $user "$work"
fi
as_user() {
	if [ "$(id -un)" = "$user" ]; then bash -c "$1"; else su "$user" -c "$1"; fi
}
server=
cleanup() {
	[ -z "$server" ] || kill -INT "$server" 2>/dev/null || true
	[ -z "$server" ] || wait "$server" 2>/dev/null || true
	rm -rf "$work"
}
trap cleanup EXIT

as_user "'$bindir/initdb' -A trust -U postgres -E UTF8 --locale=C.UTF-8 -D '$work/data'" >/dev/null
as_user "exec valgrind --quiet --trace-children=yes --leak-check=no \
	--error-markers=VALGRINDERROR-BEGIN,VALGRINDERROR-END --read-var-info=no \
	--suppressions='$source/test/valgrind.supp' --log-file='$work/log/%p' \
	'$bindir/postgres' -D '$work/data' -c listen_addresses= \
	-c unix_socket_directories='$work' -c fsync=off -c autovacuum=off \
	-c jit=off -c max_stack_depth=1MB" >"$work/server.log" 2>&1 &
server=$!
export PGHOST=$work PGUSER=postgres
for _ in $(seq 120); do
	"$bindir/psql" -XAtqc 'SELECT 1' postgres >/dev/null 2>&1 && break
	sleep 1
done
postmaster=$(head -1 "$work/data/postmaster.pid")

# the comparison of answers is another test's business; here they must come
cd "$work/regress"
status=0
PG_ABS_SRCDIR=$source/test
export PG_ABS_SRCDIR
"$bindir/createdb" regression
"$bindir/psql" -Xqc 'CREATE EXTENSION image_catalog' regression
for name in $tests; do
	"$bindir/psql" -Xaq -d regression -f "$source/test/sql/$name.sql" \
		>"$name.out" 2>&1 || status=1
	if grep -q 'server closed the connection' "$name.out"; then
		echo "$name: the server crashed"
		status=1
	else
		echo "$name: $(wc -l <"$name.out") lines of answers"
	fi
done
kill -INT "$postmaster"
wait "$server" 2>/dev/null || true
server=

errors=$(cat "$work"/log/* | grep -c VALGRINDERROR-BEGIN || true)
cat "$work"/log/* | head -200
echo "valgrind: $errors errors in $(ls "$work"/log | wc -l) processes"
[ "$errors" -eq 0 ] && [ $status -eq 0 ]
