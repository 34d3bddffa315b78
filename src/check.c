/*-------------------------------------------------------------------------
 *
 * check.c
 *		check(): does what is derived agree with what it is derived from?
 *
 * For administrators, after a crash or a restore.  A kind of thing that is
 * derived is compared by one statement, all under the snapshot of the call:
 * what others write meanwhile makes no difference, and nobody waits.  Whether
 * an index agrees with its table is for amcheck to say.
 *
 * src/check.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "check.h"
#include "context.h"
#include "entry.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "image/errors.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

/*
 * Each statement answers a line for each difference; "rest" begins the line
 * that stands for those behind IMGCAT_CHECK_LINES.
 */
typedef struct Check
{
	const char *rest;
	const char *sql;
} Check;

/* no row: all orders are */
#define ORDERS_SERVED \
	"orders <@ ARRAY(SELECT sort_key FROM image_catalog.listing_orders)" \
	" OR NOT EXISTS (SELECT FROM image_catalog.listing_orders)"

static const Check checks[] = {
	{"restores",
		"SELECT 'restore_steps: a restore has begun; finish_restore() makes again what is missing'"
		" WHERE EXISTS (SELECT FROM image_catalog.restore_steps)"
	},
	{"facets of images",
		"SELECT format('images: facets of %s differ from its tags and properties', id)"
		" FROM image_catalog.images"
		" WHERE facets IS DISTINCT FROM image_catalog.image_facets(tags, properties)"
	},
	{"summaries of images",
		"SELECT format('images: summary of %s differs from its columns', id)"
		" FROM image_catalog.images"
		" WHERE summary IS DISTINCT FROM image_catalog.image_summary(status,"
		" disk_format, container_format, protected, size, updated_at, name,"
		" properties, min_ram, min_disk)"
	},
	{"memberships of deleted images",
		"SELECT format('image_members: %L is a member of %s, which is deleted',"
		" m.member_id, m.image_id)"
		" FROM image_catalog.image_members m"
		" JOIN image_catalog.images i ON i.id = m.image_id"
		" WHERE m.deleted_at IS NULL AND i.deleted_at IS NOT NULL"
	},
	{"shares",
		"SELECT format('image_shares: the share of %s with %L %s', image_id, member_id,"
		" CASE WHEN s.image_id IS NULL THEN 'is missing'"
		" WHEN e.image_id IS NULL THEN 'is not founded on a membership'"
		" ELSE 'differs from its image or membership' END)"
		" FROM image_catalog.image_shares s"
		" FULL JOIN image_catalog.expected_image_shares e USING (image_id, member_id)"
		" WHERE s.image_id IS NULL OR e.image_id IS NULL"
		" OR (s.answer, s.created_at, s.updated_at, s.size, s.owner, s.name, s.status,"
		" s.disk_format, s.container_format, s.protected, s.os_hidden, s.summary)"
		" IS DISTINCT FROM"
		" (e.answer, e.created_at, e.updated_at, e.size, e.owner, e.name, e.status,"
		" e.disk_format, e.container_format, e.protected, e.os_hidden, e.summary)"
	},
	{"sizes of data",
		"SELECT format('image_data: of %s there are %s bytes up to byte %s, its %s says %s',"
		" image_id, COALESCE(d.bytes, 0), COALESCE(d.last, 0), CASE WHEN u.image_id IS NULL THEN 'record'"
		" ELSE 'upload' END, CASE WHEN u.image_id IS NULL THEN i.size ELSE u.size END)"
		" FROM (SELECT image_id, sum(octet_length(data))::bigint AS bytes,"
		" max(position + octet_length(data)) AS last"
		" FROM image_catalog.image_data GROUP BY image_id) d"
		" JOIN image_catalog.images i ON i.id = d.image_id"
		" FULL JOIN image_catalog.image_uploads u USING (image_id)"
		" WHERE COALESCE(d.bytes, 0) IS DISTINCT FROM"
		" CASE WHEN u.image_id IS NULL THEN i.size ELSE u.size END"
		" OR d.bytes <> d.last"
	},
	{"risk scores",
		"SELECT format('container_risk_scores: %s %s have the score %s, %s are counted',"
		" COALESCE(e.subjects, 0), CASE subject WHEN 'i' THEN 'images'"
		" ELSE 'components' END, score, COALESCE(s.subjects, 0))"
		" FROM (SELECT subject, score, sum(subjects)::bigint AS subjects"
		" FROM image_catalog.container_risk_scores GROUP BY subject, score) s"
		" FULL JOIN (SELECT 'i'::\"char\" AS subject, risk_score AS score, count(*) AS subjects"
		" FROM image_catalog.container_images GROUP BY risk_score"
		" UNION ALL SELECT 'c', risk_score, count(*)"
		" FROM image_catalog.container_components GROUP BY risk_score) e"
		" USING (subject, score)"
		" WHERE COALESCE(s.subjects, 0) <> COALESCE(e.subjects, 0)"
	},
	{"packages of components",
		"SELECT format('container_packages: component %s of %s has no such %s',"
		" l.component_index, i.digest, CASE WHEN p.package_key IS NULL THEN 'package'"
		" ELSE 'component' END)"
		" FROM image_catalog.container_packages l"
		" JOIN image_catalog.container_images i USING (image_key)"
		" LEFT JOIN image_catalog.packages p USING (package_key)"
		" LEFT JOIN image_catalog.container_components c USING (image_key, component_index)"
		" WHERE p.package_key IS NULL OR c.image_key IS NULL"
	},
	{"hashes of packages",
		"SELECT format('packages: hash of package %s differs from its columns', package_key)"
		" FROM image_catalog.packages,"
		" LATERAL (SELECT string_agg(convert_to(t, getdatabaseencoding()) || '\\x00', ''"
		" ORDER BY n) AS texts"
		" FROM unnest(ARRAY[ecosystem, name, version, source_name, source_version,"
		" architecture, module]) WITH ORDINALITY u (t, n)) x"
		" WHERE package_hash <> sha256(texts)"
	},
	{"CVEs of rules",
		"SELECT format('container_finding_rules: %L is not the lower case of %L', cve_lower, cve)"
		" FROM image_catalog.container_finding_rules WHERE cve_lower <> lower(cve)"
	},
	{"indexes",
		"SELECT format('index %s is missing or cannot be used', n)"
		" FROM (SELECT image_catalog.property_index_name(scope, name)::text AS n"
		" FROM image_catalog.indexed_properties, unnest('{visibility,owner}'::text[]) scope"
		" UNION SELECT name FROM image_catalog.listing_indexes"
		" WHERE " ORDERS_SERVED
		" UNION SELECT c.relname FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid"
		" WHERE c.relnamespace = 'image_catalog'::regnamespace) names"
		" WHERE NOT EXISTS (SELECT FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid"
		" WHERE c.relname = n AND c.relnamespace = 'image_catalog'::regnamespace"
		" AND x.indisvalid AND x.indisready)"
	},
	{"indexes of orders",
		"SELECT format('index %s is of an order that is not served', l.name)"
		" FROM image_catalog.listing_indexes l JOIN pg_class c ON c.relname = l.name"
		" WHERE c.relnamespace = 'image_catalog'::regnamespace AND NOT (" ORDERS_SERVED ")"
	},
	{"triggers",
		"SELECT format('trigger %s of %s does not fire%s', t.tgname, c.relname,"
		" CASE t.tgenabled WHEN 'D' THEN '' ELSE ' in every session' END)"
		" FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
		" WHERE c.relnamespace = 'image_catalog'::regnamespace"
		" AND (t.tgenabled = 'D' OR t.tgenabled <> 'A' AND t.tgname IN ("
		"'images_share_changed', 'images_remove_shares', 'images_truncated',"
		" 'image_members_share', 'image_members_truncated',"
		" 'role_identities_changed', 'property_protections_changed'))"
		" UNION ALL SELECT format('trigger %s of %s fires in ordinary sessions', t.tgname, c.relname)"
		" FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
		" WHERE c.relnamespace = 'image_catalog'::regnamespace"
		" AND t.tgname IN ('image_shares_skip_replicated', 'listing_indexes_skip_replicated')"
		" AND t.tgenabled IN ('O', 'A')"
	}
};

/*
 * Add a line to the answer.
 */
void
imgcat_check_line(ReturnSetInfo *result, const char *line)
{
	Datum		value = CStringGetTextDatum(line);
	bool		isnull = false;

	tuplestore_putvalues(result->setResult, result->setDesc, &value, &isnull);
}

/*
 * Run one check and add what it finds.
 */
static void
run_check(ReturnSetInfo *result, const Check *check)
{
	if (SPI_execute(psprintf("%s ORDER BY 1", check->sql), true,
					IMGCAT_CHECK_LINES + 1) != SPI_OK_SELECT)
		elog(ERROR, "could not check the catalogue");
	for (uint64 row = 0; row < SPI_processed && row < IMGCAT_CHECK_LINES; row++)
		imgcat_check_line(result, SPI_getvalue(SPI_tuptable->vals[row],
											   SPI_tuptable->tupdesc, 1));
	if (SPI_processed > IMGCAT_CHECK_LINES)
		imgcat_check_line(result, psprintf("%s: more than %d differ",
										   check->rest, IMGCAT_CHECK_LINES));
	SPI_freetuptable(SPI_tuptable);
}

/*
 * check() returns setof text
 */
IMGCAT_FUNCTION(imgcat_check, 0)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;

	if (!imgcat_caller().is_admin)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("permission denied to check the catalogue"),
				 errdetail("Only a catalogue administrator may.")));
	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	imgcat_spi_connect();
	for (int i = 0; i < (int) lengthof(checks); i++)
		run_check(result, &checks[i]);
	imgcat_check_container_rows(result);
	imgcat_spi_finish();
	return (Datum) 0;
}
