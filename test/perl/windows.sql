-- Pages of images with facets against a plain SELECT, on a catalogue made by
-- bench/generate.sql.  Loaded by test/t/300_listing_buffers.pl.
CREATE SCHEMA windows;

-- the identifiers of a page, by a SELECT with the rules written out
CREATE FUNCTION windows.expected(project text, administrator boolean, wanted text[],
		chosen text, newest_first boolean, marker uuid, rows int) RETURNS uuid[]
	LANGUAGE plpgsql AS $$
DECLARE
	direction text := CASE WHEN newest_first THEN 'DESC' ELSE 'ASC' END;
	page uuid[];
BEGIN
	EXECUTE format($sql$
		SELECT array_agg(id) FROM (
			SELECT i.id FROM image_catalog.images i
			 WHERE i.status NOT IN ('deleted', 'killed') AND NOT i.os_hidden
			   AND i.facets @> $1 AND ($2 IS NULL OR i.visibility = $2)
			   AND CASE WHEN $3 THEN i.visibility <> 'community' OR $2 IS NOT NULL
						ELSE i.visibility = 'public' OR i.owner = $4
							 OR i.visibility = 'community' AND $2 IS NOT NULL
							 OR i.visibility = 'shared' AND EXISTS (
								SELECT FROM image_catalog.image_members m
								 WHERE m.image_id = i.id AND m.member_id = $4
								   AND m.status = 'accepted' AND m.deleted_at IS NULL) END
			   AND ($5 IS NULL OR (i.created_at, i.id) %s (
					SELECT created_at, id FROM image_catalog.images WHERE id = $5))
			 ORDER BY i.created_at %s, i.id %s LIMIT $6) page$sql$,
		CASE WHEN newest_first THEN '<' ELSE '>' END, direction, direction)
	USING wanted, chosen, administrator, project, marker, rows INTO page;
	RETURN coalesce(page, '{}');
END
$$;

-- requests whose page differs
CREATE FUNCTION windows.differences(rounds int, seed float8) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
DECLARE
	pool text[] := ARRAY['os_type=windows', '#base', 'architecture=aarch64', 'pipeline=p007',
		'#team-007', '#city-3', '#city-50', 'fleet=fleet-3', 'legacy_boot=yes',
		'os_type=plan9', 'os_distro=debian', 'hw_disk_bus=ide'];
	wanted text[];
	filter jsonb;
	project text;
	administrator boolean;
	chosen text;
	newest_first boolean;
	marker uuid;
	rows int;
	page uuid[];
BEGIN
	PERFORM setseed(seed);
	FOR i IN 1 .. rounds LOOP
		-- one to four facets, of a property at most one
		SELECT array_agg(facet) INTO wanted
		  FROM (SELECT DISTINCT ON (CASE WHEN facet LIKE '#%' THEN facet ELSE split_part(facet, '=', 1) END) facet
				  FROM (SELECT pool[1 + floor(random() * array_length(pool, 1))::int] AS facet
						  FROM generate_series(0, floor(random() * random() * 4)::int)) chosen_facets) f;
		SELECT coalesce(jsonb_object_agg(split_part(facet, '=', 1), split_part(facet, '=', 2))
						FILTER (WHERE facet NOT LIKE '#%'), '{}')
			   || jsonb_build_object('tag', coalesce(jsonb_agg(substr(facet, 2))
						FILTER (WHERE facet LIKE '#%'), '[]'))
		  INTO filter FROM unnest(wanted) facet;
		chosen := (ARRAY[NULL, NULL, NULL, 'public', 'private', 'shared', 'community'])
			[1 + floor(random() * 7)::int];
		IF chosen IS NOT NULL THEN
			filter := filter || jsonb_build_object('visibility', chosen);
		END IF;

		administrator := random() < 0.25;
		project := CASE WHEN administrator THEN ''
			ELSE md5('project ' || (ARRAY[1, 2, 3, 10, 100, 950])[1 + floor(random() * 6)::int]) END;
		newest_first := random() < 0.5;
		rows := (ARRAY[1, 2, 25, 25, 100, 300, 1000])[1 + floor(random() * 7)::int];
		marker := NULL;
		IF random() < 0.7 THEN
			SELECT id INTO marker FROM image_catalog.images
			 WHERE visibility = 'public' AND status <> 'deleted'
			 ORDER BY id OFFSET floor(random() * 400)::int LIMIT 1;
		END IF;

		PERFORM set_config('image_catalog.project_id', project, true),
				set_config('image_catalog.is_admin', administrator::text, true);
		SELECT coalesce(array_agg(id ORDER BY place), '{}') INTO page
		  FROM image_catalog.list_images(filter,
				sort => CASE WHEN newest_first THEN 'created_at:desc' ELSE 'created_at:asc' END,
				"limit" => rows, marker => marker) WITH ORDINALITY l
		  (id, a, b, c, d, e, f, g, h, j, k, m, n, o, p, q, r, s, t, u, place);
		IF page IS DISTINCT FROM windows.expected(project, administrator, wanted, chosen,
												  newest_first, marker, rows) THEN
			RETURN NEXT format('%s for %s, marker %s, newest first %s, rows %s', filter,
							   CASE WHEN administrator THEN 'the administrator' ELSE project END,
							   marker, newest_first, rows);
		END IF;
	END LOOP;
END
$$;

-- the same in other orders, with facets that many have, hidden images, and
-- conditions that index entries show by classes: row numbers filter the entries
CREATE FUNCTION windows.sort_differences(rounds int, seed float8) RETURNS SETOF text
	LANGUAGE plpgsql AS $$
DECLARE
	facets jsonb[] := ARRAY['{"os_type": "windows"}', '{"os_type": "linux"}', '{"tag": "base"}',
		'{"tag": "prod"}', '{"os_type": "linux", "tag": "lts"}', '{"os_type": "windows", "tag": "lts"}',
		'{"hw_disk_bus": "ide"}', '{"os_distro": "debian"}', '{"era": "3"}', '{}']::jsonb[];
	others jsonb[] := ARRAY['{}', '{}', '{}', '{"os_hidden": "true"}', '{"status": "active"}',
		'{"status": "in:queued,saving"}', '{"min_ram_max": "2048"}', '{"min_disk": "40"}',
		'{"min_ram_min": "1500", "min_ram_max": "3100"}', '{"size_min": "500000000"}',
		'{"container_format": "bare"}', '{"member_status": "all"}']::jsonb[];
	projects int[] := ARRAY[1, 100, 950, 1001, 1002, 1003];
	keys text[] := ARRAY['name', 'status', 'disk_format', 'container_format', 'size', 'id', 'created_at', 'updated_at'];
	columns text[] := ARRAY[$c$COALESCE(name, '')$c$, 'status::text', $c$COALESCE(disk_format, '')$c$,
		$c$COALESCE(container_format, '')$c$, 'COALESCE(size, 0)', 'id', 'created_at', 'updated_at'];
	filter jsonb;
	project text;
	first int;
	second int;
	direction text;
	sort text;
	marker uuid;
	whole uuid[];
	page uuid[];
	at int;
	rows int;
BEGIN
	PERFORM setseed(seed);
	FOR i IN 1 .. rounds LOOP
		filter := facets[1 + floor(random() * array_length(facets, 1))::int]
			|| others[1 + floor(random() * array_length(others, 1))::int];
		project := CASE WHEN random() < 0.2 THEN NULL
				   ELSE md5('project ' || projects[1 + floor(random() * array_length(projects, 1))::int]) END;
		PERFORM set_config('image_catalog.project_id', coalesce(project, ''), true),
				set_config('image_catalog.is_admin', (project IS NULL)::text, true);
		first := 1 + floor(random() * 8)::int;
		second := 1 + floor(random() * 8)::int;
		direction := CASE WHEN random() < 0.5 THEN 'asc' ELSE 'desc' END;
		sort := keys[first] || ':' || direction
			|| CASE WHEN second <> first AND random() < 0.4 THEN ',' || keys[second] || ':' || direction ELSE '' END;
		EXECUTE format($sql$
			SELECT coalesce(array_agg(id), '{}') FROM (
				SELECT id FROM image_catalog.images i
				 WHERE status NOT IN ('deleted', 'killed') AND os_hidden = $3
				   AND ($1 IS NULL AND visibility <> 'community' OR visibility = 'public' OR owner = $1
						OR visibility = 'shared' AND EXISTS (
							SELECT FROM image_catalog.image_members m
							 WHERE m.image_id = i.id AND m.member_id = $1 AND m.deleted_at IS NULL
							   AND ($4 OR m.status = 'accepted')))
				   AND (NOT $2 ? 'os_type' OR properties ->> 'os_type' = $2 ->> 'os_type')
				   AND (NOT $2 ? 'hw_disk_bus' OR properties ->> 'hw_disk_bus' = $2 ->> 'hw_disk_bus')
				   AND (NOT $2 ? 'os_distro' OR properties ->> 'os_distro' = $2 ->> 'os_distro')
				   AND (NOT $2 ? 'era' OR properties ->> 'era' = $2 ->> 'era')
				   AND (NOT $2 ? 'tag' OR $2 ->> 'tag' = ANY (tags))
				   AND (NOT $2 ? 'status' OR status = ANY (string_to_array(replace($2 ->> 'status', 'in:', ''), ',')))
				   AND (NOT $2 ? 'container_format' OR container_format = $2 ->> 'container_format')
				   AND (NOT $2 ? 'min_ram_max' OR min_ram <= ($2 ->> 'min_ram_max')::int)
				   AND (NOT $2 ? 'min_ram_min' OR min_ram >= ($2 ->> 'min_ram_min')::int)
				   AND (NOT $2 ? 'min_disk' OR min_disk = ($2 ->> 'min_disk')::int)
				   AND (NOT $2 ? 'size_min' OR size >= ($2 ->> 'size_min')::bigint)
				 ORDER BY %1$s %2$s%3$s, created_at %4$s, id %4$s) listed$sql$,
			columns[first], direction, CASE WHEN strpos(sort, ',') > 0
											THEN format(', %s %s', columns[second], direction) END,
			-- what ties comes in the one direction that is given, else newest first
			CASE WHEN strpos(sort, ',') > 0 THEN 'desc' ELSE direction END)
		USING project, filter, filter ? 'os_hidden', filter ? 'member_status' INTO whole;
		-- a page anywhere: behind an image of the list
		at := floor(random() * random() * (cardinality(whole) + 1))::int;
		marker := CASE WHEN at > 0 THEN whole[at] END;
		rows := (ARRAY[1, 3, 25, 100])[1 + floor(random() * 4)::int];
		page := ARRAY(SELECT id FROM image_catalog.list_images(filter, sort, rows, marker));
		IF page IS DISTINCT FROM whole[at + 1 : at + rows] THEN
			RETURN NEXT format('%s %s for %s, %s rows behind %s: %s instead of %s',
							   filter, sort, project, rows, marker, page, whole[at + 1 : at + rows]);
		END IF;
		IF image_catalog.count_images(filter) <> cardinality(whole) THEN
			RETURN NEXT format('%s for %s: counts %s instead of %s', filter, project,
							   image_catalog.count_images(filter), cardinality(whole));
		END IF;
	END LOOP;
END
$$;
