# bench/handwritten.sh: the SQL that bench/run holds the extension against; bash,
# sourced.  It is the best that we can write by hand for the same rows and, where
# the request is a document, the same JSON: a union of ordered branches, one for each
# index, as the extension's own statements are.

# columns of a row of list_images
columns="id, name, status, visibility, protected, os_hidden, owner, disk_format,
	container_format, min_disk, min_ram, size, virtual_size, checksum, os_hash_algo,
	os_hash_value, created_at, updated_at, tags, properties"

# the API document of row i as text: its attributes as a row d, its custom
# properties spliced in before the last brace; \x3a is the colon, which pgbench
# would take for a variable.  jsonb_build_object with || is slower.
time_format="E'YYYY-MM-DD\"T\"HH24\\x3aMI\\x3aSS\"Z\"'"
attributes="LATERAL (SELECT i.name, i.disk_format, i.container_format, i.visibility, i.size,
	i.virtual_size, i.status, i.checksum, i.protected, i.min_ram, i.min_disk, i.owner,
	i.os_hidden, i.os_hash_algo, i.os_hash_value, i.id,
	to_char(i.created_at AT TIME ZONE 'UTC', $time_format) AS created_at,
	to_char(i.updated_at AT TIME ZONE 'UTC', $time_format) AS updated_at,
	i.tags, '/v2/images/' || i.id AS self, '/v2/images/' || i.id || '/file' AS file,
	'/v2/schemas/image' AS schema) d"
document="left(row_to_json(d)::text, -1)
	|| CASE WHEN i.properties = '{}' THEN '}' ELSE ', ' || substr(i.properties::text, 2) END"

listed="NOT os_hidden AND status <> 'deleted' AND status <> 'killed'"

# branch SCOPE CONDITION ROWS
branch() {
	echo "(SELECT $columns FROM image_catalog.images i
	  WHERE $1 AND $listed $2 ORDER BY created_at DESC, id DESC LIMIT $3)"
}

# rows_of CONDITION ROWS: the rows that project :project lists, newest first
rows_of() {
	local own="owner = :project AND visibility ="
	echo "SELECT * FROM ($(branch "visibility = 'public'" "$1" "$2")
	UNION ALL $(branch "$own 'private'" "$1" "$2")
	UNION ALL $(branch "$own 'shared'" "$1" "$2")
	UNION ALL $(branch "$own 'community'" "$1" "$2")
	UNION ALL (SELECT $(echo "i.$columns" | tr -d '\n\t' | sed 's/, */, i./g; s/i\.id,/m.image_id AS id,/; s/i\.created_at/m.created_at/')
	   FROM image_catalog.image_shares m JOIN image_catalog.images i ON i.id = m.image_id
	  WHERE m.member_id = :project AND m.answer = 'accepted' AND NOT m.os_hidden AND i.visibility = 'shared'
	    AND NOT i.os_hidden AND i.status <> 'deleted' AND i.status <> 'killed'
	    $(echo "$1" | sed 's/(created_at, id)/(m.created_at, m.image_id)/; s/COALESCE(name/COALESCE(i.name/')
	  ORDER BY m.created_at DESC, m.image_id DESC LIMIT $2)) i
	ORDER BY created_at DESC, id DESC LIMIT $2"
}

# rows after marker :marker, whose time a hand-written request must look up, too
after_marker="AND (created_at, id) < ((SELECT created_at FROM image_catalog.images
	WHERE id = :marker::uuid), :marker::uuid)"

# page_of CONDITION ROWS: the answer of GET /v2/images, ROWS images on a page
page_of() {
	echo "SELECT '{\"images\": [' || coalesce(string_agg(doc, ', ') FILTER (WHERE n <= $2), '')
	|| '], \"first\": \"/v2/images\"' || CASE WHEN count(*) > $2 THEN
		', \"next\": \"/v2/images?marker=' || max(id::text) FILTER (WHERE n = $2) || '\"' ELSE '' END
	|| ', \"schema\": \"/v2/schemas/images\"}' AS page
	FROM (SELECT row_number() OVER () AS n, i.id, $document AS doc
	FROM ($(rows_of "$1" $(($2 + 1)))) i, $attributes) p;"
}

# the same page, but with the properties as an object of their own and
# PostgreSQL's own form of time: less than is asked for, and quicker
plain_page_of() {
	echo "SELECT json_build_object('images', coalesce(json_agg(doc) FILTER (WHERE n <= $2), '[]'),
	'first', '/v2/images', 'next', CASE WHEN count(*) > $2 THEN '/v2/images?marker='
	|| max(id::text) FILTER (WHERE n = $2) END, 'schema', '/v2/schemas/images')
	FROM (SELECT row_number() OVER () AS n, id, row_to_json(i) AS doc
	FROM ($(rows_of "$1" $(($2 + 1)))) i) p;"
}
