#!/bin/sh
#
# deploy/osinfo/import.sh [PSQL-OPTION...]
#
# Imports the operating-system database of the package osinfo-db (install and
# live media, cloud disk images; some 2,250 records) into an image catalogue.
# Arguments go to psql: -d DATABASE, -h HOST, -v owner=PROJECT (the project that
# the images belong to, default osinfo), -v visibility=public.  The role must
# administer the catalogue.  Importing again updates: ids follow from content.
#
# OSINFO_DIR names another folder of the same layout; PSQL another psql.

set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=${OSINFO_DIR:-/usr/share/osinfo/os}
[ -d "$dir" ] || {
	echo "$0: no folder $dir; install the package osinfo-db" >&2
	exit 1
}

# one CSV record a file: its path and its XML.  Files one level deeper repeat a
# system to add drivers to it; they describe no image.
find "$dir" -mindepth 2 -maxdepth 2 -name '*.xml' | LC_ALL=C sort | while IFS= read -r file; do
	printf '%s,"' "${file#"$dir"/}"
	sed 's/"/""/g' "$file"
	printf '"\n'
done | "${PSQL:-psql}" -X -q -v ON_ERROR_STOP=1 "$@" -f "$here/import.sql"
