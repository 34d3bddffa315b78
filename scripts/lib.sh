# scripts/lib.sh: what scripts/test and scripts/demo share; bash, sourced.
#
# Both work on a copy: of the sources and of PostgreSQL itself.  PostgreSQL
# finds its files relative to its programs, so a copied tree is a complete
# private server, and installing an extension there touches neither the
# system's server nor another checkout's run.  Everything lies in one temporary
# folder ($work) and belongs to one unprivileged user, because the server
# refuses to run as root.

set -eu

# The caller's own PostgreSQL settings must not steer a test; PG_CONFIG may.
for name in $(compgen -e PG); do
	[ "$name" = PG_CONFIG ] || unset "$name"
done
export LC_ALL=C.UTF-8
unset LANGUAGE TZ MAKEFLAGS MFLAGS COPT || true

die() {
	echo "$0: $*" >&2
	exit 1
}

# ---------------------------------------------------------------- packages

# Runs a command as root: as it is for root, by sudo for anybody else.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "packages are missing and there is no sudo; run as root: $*"
	fi
}

# Runs a command quietly; what it said is shown only if it fails.
quietly() {
	local log status=0
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ "$status" -eq 0 ] || cat "$log" >&2
	rm -f "$log"
	return "$status"
}

is_installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Major version of the server that is there, nothing if there is none.
server_version() {
	local pg_config
	pg_config=$(find_pg_config)
	[ -z "$pg_config" ] ||
		"$pg_config" --version | sed 's/^PostgreSQL \([0-9]*\).*/\1/'
}

# pg_config of a server that extensions can be built for: PG_CONFIG, or without
# it the newest that Debian's packages put here, else the one in PATH.  Prints
# nothing if there is none.
find_pg_config() {
	local candidate
	for candidate in ${PG_CONFIG:-$(ls -d /usr/lib/postgresql/*/bin/pg_config 2>/dev/null | sort -Vr) \
		$(command -v pg_config || true)}; do
		if [ -f "$("$candidate" --pgxs 2>/dev/null)" ] &&
			[ -f "$("$candidate" --includedir-server)/postgres.h" ] &&
			[ -x "$("$candidate" --bindir)/postgres" ]; then
			echo "$candidate"
			return
		fi
	done
}

# Installs what is missing of the packages named, and of a server with its
# development files.  On a machine without apt everything must be there.
install_packages() {
	local package wanted=("$@") missing=() version conf

	if [ -n "${PG_CONFIG:-}" ] && [ -z "$(find_pg_config)" ]; then
		die "PG_CONFIG=$PG_CONFIG does not name a server with its development files"
	fi
	command -v apt-get >/dev/null || return 0

	# a package for the server's version is named without it
	version=$(server_version)
	for package in "${wanted[@]}"; do
		case $package in
		*-) [ -z "$version" ] || package=$package$version ;;
		esac
		is_installed "$package" || missing+=("$package")
	done
	if [ ${#missing[@]} -eq 0 ] && [ -n "$(find_pg_config)" ]; then
		return 0
	fi

	echo "installing packages: ${missing[*]}" \
		"$([ -n "$(find_pg_config)" ] || echo postgresql)"
	quietly as_root apt-get -q update ||
		echo "package lists could not be refreshed; trying with the old ones"
	if [ -z "$(find_pg_config)" ]; then
		# "postgresql" is whatever major version this release packages
		version=$(apt-cache depends postgresql |
			sed -n 's/.*Depends: postgresql-\([0-9][0-9]*\)$/\1/p' | head -1)
		[ -n "$version" ] || die "apt knows no package postgresql"
		missing=("${missing[@]/%-/-$version}")
		missing+=("postgresql-$version" "postgresql-server-dev-$version")
		# a machine that had no server does not get one started now
		if ! is_installed postgresql-common; then
			conf=/etc/postgresql-common/createcluster.d/image_catalog.conf
			as_root mkdir -p "${conf%/*}"
			trap "as_root rm -f '$conf'" EXIT
			echo "create_main_cluster = false" | as_root tee "$conf" >/dev/null
		fi
	fi
	# a server in use is not upgraded on the way
	quietly as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -qy -o DPkg::Lock::Timeout=300 install \
		--no-install-recommends --no-upgrade "${missing[@]}" ||
		die "apt-get could not install: ${missing[*]}"
	[ -z "${conf:-}" ] || as_root rm -f "$conf"
	trap - EXIT
}

# ---------------------------------------------------- the temporary folder

# enter SCRIPT ARGUMENT...
#
# Copies sources and server to a new temporary folder and runs
# `scripts/SCRIPT --inside ARGUMENT...` of the copy as an unprivileged user.
# Nothing is left when it ends, in whatever way, unless SCRIPT made $work/keep.
enter() {
	local script=$1 user=() status=0
	shift

	PG_CONFIG=$(find_pg_config)
	[ -n "$PG_CONFIG" ] ||
		die "no PostgreSQL server with development files found; set PG_CONFIG"

	# not in TMPDIR: a socket's path may be 107 bytes long
	work=$(mktemp -d /tmp/imgcat.XXXXXX)
	child=
	trap leave EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 141' PIPE
	trap 'exit 143' TERM

	copy_sources
	copy_server
	mkdir "$work/tmp" "$work/log"
	chmod 755 "$work"
	if [ "$(id -u)" -eq 0 ]; then
		local name=nobody
		! id postgres >/dev/null 2>&1 || name=postgres
		chown -R "$name" "$work"
		user=(setpriv "--reuid=$name" "--regid=$(id -g "$name")" --init-groups)
	fi

	# a process group of its own, so that leave can end all of it
	set -m
	(
		cd "$work"
		exec "${user[@]}" env HOME="$work" TMPDIR="$work/tmp" \
			PG_CONFIG="$work$("$PG_CONFIG" --bindir)/pg_config" \
			bash "$work/src/scripts/$script" --inside "$work" "$@"
	) </dev/null &
	child=$!
	set +m
	wait "$child" || status=$?
	child=
	exit "$status"
}

# Ends what still runs in $work and removes it.
leave() {
	local status=$? pidfile pid

	trap '' HUP INT PIPE TERM
	trap - EXIT
	if [ -n "$child" ]; then
		kill -TERM -- "-$child" 2>/dev/null || true
		wait "$child" 2>/dev/null || true
	elif [ -e "$work/keep" ]; then
		exit "$status"
	fi
	# servers leave the process group; their pid files tell
	find "$work" -name postmaster.pid 2>/dev/null | while read -r pidfile; do
		pid=$(head -1 "$pidfile")
		[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "${pidfile%/*}" ] || continue
		kill -QUIT "$pid" 2>/dev/null || true
		for _ in $(seq 50); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done
	rm -rf "$work"
	exit "$status"
}

# The checkout without what was built in it: it may be another user's, for
# another server, or not writable.
copy_sources() {
	local root
	root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
	mkdir "$work/src"
	tar -C "$root" --exclude=./.git --exclude='*.o' --exclude='*.bc' \
		--exclude='*.so' --exclude=./results --exclude=./tmp_check \
		--exclude=./output_iso --exclude=./.dev --exclude='./test/*/build' \
		--exclude='./image_catalog--*.sql' -cf - . |
		tar -C "$work/src" --no-same-owner -xf -
	released_sources
}

# The sources of older releases beside, where there is a history: updates are
# tested with them.
released_sources() {
	local version commit archive
	while read -r version commit; do
		archive=$work/image_catalog-$version.tar
		git -c safe.directory='*' -C "$root" archive "$commit" >"$archive" 2>/dev/null ||
			rm -f "$archive"
	done <"$root/test/released/commits"
}

# A copy of the server under the same absolute paths below $work.
copy_server() {
	local option folder
	for option in --bindir --pkglibdir --sharedir; do
		folder=$("$PG_CONFIG" "$option")
		mkdir -p "$work${folder%/*}"
		cp -rL "$folder" "$work${folder%/*}/"
	done
	folder=$("$PG_CONFIG" --includedir-server)
	mkdir -p "$work${folder%/*}"
	[ -e "$work$folder" ] || ln -s "$folder" "$work$folder"
	folder=$("$PG_CONFIG" --includedir)
	mkdir -p "$work${folder%/*}"
	[ -e "$work$folder" ] || ln -s "$folder" "$work$folder"
}

# ------------------------------------------------------- inside, as the user

# inside WORK: settings of the part that runs as the unprivileged user.
inside() {
	work=$1
	src=$work/src
	bindir=$("$PG_CONFIG" --bindir)
	export PATH=$bindir:$PATH
	export PGHOST=$work/socket PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
	jobs=$(nproc 2>/dev/null || echo 1)
}

# start_server [FOLDER LOG [VARIABLE=VALUE...]]: creates and starts a private
# server, its data in $work/FOLDER, its log in $work/log/LOG: no TCP, a socket
# in $work.  The variables are for its processes alone.
start_server() {
	local data=$work/${1:-data} log=$work/log/${2:-server.log}
	shift $(($# < 2 ? $# : 2))
	mkdir -p "$PGHOST"
	quietly initdb -D "$data" -U postgres -A trust -E UTF8 \
		--locale=C.UTF-8 --no-sync
	cat >>"$data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$PGHOST'
fsync = off
shared_buffers = 256MB
max_connections = 50
CONF
	quietly env "$@" pg_ctl -w -D "$data" -l "$log" start || {
		cat "$log" >&2
		return 1
	}
}
