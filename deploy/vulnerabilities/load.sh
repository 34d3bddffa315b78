#!/bin/bash
#
# deploy/vulnerabilities/load.sh [-n BATCH] [PSQL-OPTION...] -- SOURCE FILE...
#
# Loads vulnerability data from files into an image catalogue, as a load that
# counts once all of it is there and replaces the one before of its source.
# What a job that mirrors the data has put on disk is streamed through jq, a batch
# of documents at a time.  SOURCE begins with the format:
#
#   osv:ECOSYSTEM  all.zip of the ecosystem, *.json, or *.jsonl with one a line
#   debian         the security tracker's JSON
#   alpine:BRANCH  secdb files (main.json, community.json)
#   csaf:NAME      CSAF documents: *.json, or *.tar, *.tar.gz, *.tar.zst of them
#   epss           epss_scores-current.csv.gz, or *.csv
#   kev            known_exploited_vulnerabilities.json
#   nvd:YEAR       nvdcve-2.0-YEAR.json.gz, or *.json
#
# A progress line and what was refused go to standard error.  PSQL names another
# psql.  The role must be allowed to write container images.

set -euo pipefail

usage() {
	sed -n '3s/^# //p' "$0" >&2
	exit 2
}

batch=500
options=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	case $1 in
	-n) batch=${2:?}; shift 2 ;;
	*) options+=("$1"); shift ;;
	esac
done
[ $# -ge 3 ] || usage
source=$2
shift 2
command -v jq >/dev/null || { echo "$0: jq is not installed" >&2; exit 1; }

sql() { "${PSQL:-psql}" -XAtq -v ON_ERROR_STOP=1 "${options[@]}" "$@"; }

# The file as it was before it was compressed; of an archive all its documents.
unpacked() {
	case $1 in
	*.zip) unzip -p "$1" ;;
	*.tar.zst) tar --zstd -xOf "$1" --wildcards '*.json' ;;
	*.tar.gz | *.tgz) tar -xzOf "$1" --wildcards '*.json' ;;
	*.tar) tar -xOf "$1" --wildcards '*.json' ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# The documents of a file, one a line.  What cannot be stored becomes a string,
# which says where and why and is refused as it is no document.
documents() {
	case $source:$1 in
	*.jsonl | *.jsonl.gz)
		unpacked "$1" | jq -Rc '. as $line | try fromjson catch ": this is no JSON: \($line[:80])"'
		;;
	debian*) unpacked "$1" | jq -c 'to_entries[] | {(.key): .value}' ;;
	epss*.csv*)
		# "#model_version:...", "cve,epss,percentile", and the rows
		unpacked "$1" | jq -Rc 'select(startswith("CVE-")) | split(",") |
			{cve: .[0], epss: .[1], percentile: .[2]}'
		;;
	nvd*) unpacked "$1" | jq -c '.vulnerabilities[]' ;;
	*) unpacked "$1" | jq -c . ;;
	esac
}

# Documents on standard input, one a line: those that have U+0000 in a string or
# a name become strings, as jsonb does not hold it.
without_nul() {
	jq -c 'def has_nul: type == "string" and (explode | any(. == 0));
		def pointer: map("/" + (tostring | split("\u0000") | join("\\u0000") |
			gsub("~"; "~0") | gsub("/"; "~1"))) | add;
		. as $document | [limit(1; paths as $path |
			select(($path[-1] | has_nul) or ($document | getpath($path) | has_nul)) | $path)] |
		if . == [] then $document
		else ", \(.[0] | pointer): the character U+0000 cannot be stored" end'
}

all_documents() {
	local file
	for file; do
		documents "$file" || { echo "$0: $file cannot be read" >&2; return 1; }
	done
	echo END
}

load=$(sql -v source="$source" <<<"SELECT image_catalog.begin_vulnerability_load(:'source')")
count=0
refused=0
ended=false
while mapfile -t -n "$batch" lines && [ ${#lines[@]} -gt 0 ]; do
	if [ "${lines[-1]}" = END ]; then
		ended=true
		unset 'lines[-1]'
		[ ${#lines[@]} -gt 0 ] || break
	fi
	if [[ ${lines[*]} == *'\u0000'* ]]; then
		mapfile -t lines < <(printf '%s\n' "${lines[@]}" | without_nul)
	fi
	answer=$(printf '%s\n' "${lines[@]}" | sql -v source="$source" -v load="$load" \
		-f "$(dirname "$0")/load.sql")
	# a string says itself what it is
	[[ $answer == *'"refused":[]'* ]] ||
		jq -r --argjson before $count --arg source "$source" \
			--slurpfile documents <(printf '%s\n' "${lines[@]}") '.refused[] |
			(.place | ltrimstr("/") | split("/")) as $place | ($place[0] | tonumber) as $n |
			"\r\($source): document \($before + $n + 1)" +
			if ($documents[$n] | type == "string" and test("^(: |, /)")) then $documents[$n]
			elif $place[1:] == [] then ": \(.problem)"
			else ", /\($place[1:] | join("/")): \(.problem)" end' <<<"$answer" >&2
	refused=$((refused + $(jq '.refused | length' <<<"$answer")))
	count=$((count + ${#lines[@]}))
	printf '\r%s: %d documents, %d refused' "$source" $count $refused >&2
done < <(all_documents "$@")
echo >&2
$ended || { echo "$0: $source stays as it was" >&2; exit 1; }
sql -v load="$load" <<<"SELECT image_catalog.finish_vulnerability_load(:load)"
