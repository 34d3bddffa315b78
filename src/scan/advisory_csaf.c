/*-------------------------------------------------------------------------
 *
 * advisory_csaf.c
 *		Red Hat's advisories and VEX documents, in CSAF 2.0.
 *
 * A document has a tree of products, which names packages (package URLs) and
 * platforms (CPEs), and relationships, which say that a package is one of a
 * platform under an id of its own.  Vulnerabilities list such ids by status.
 * Only platforms that are Red Hat Enterprise Linux are taken: what is said of
 * the packages of other products has no distribution to go by.
 *
 * src/scan/advisory_csaf.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "query/package_ecosystem.h"
#include "scan/advisory.h"
#include "scan/package.h"
#include "text_map.h"

/* A product of the tree, or a relationship between two. */
typedef struct CsafProduct
{
	const char *id;
	const char *purl;			/* these two of a product, or NULL */
	const char *cpe;
	const char *package;		/* these two of a relationship, or NULL */
	const char *platform;
} CsafProduct;

typedef struct CsafTree
{
	int			count;
	int			room;
	CsafProduct *products;		/* sorted by id when they are looked up */
} CsafTree;

/*
 * By id.
 */
static int
compare_products(const void *left, const void *right)
{
	return strcmp(((const CsafProduct *) left)->id,
				  ((const CsafProduct *) right)->id);
}

/*
 * The product of an id, or NULL.
 */
static const CsafProduct *
find_product(const CsafTree *tree, const char *id)
{
	CsafProduct key = {id, NULL, NULL, NULL, NULL};

	return id == NULL ? NULL :
		bsearch(&key, tree->products, tree->count, sizeof(CsafProduct),
				compare_products);
}

/*
 * Add an empty product to the tree.
 */
static CsafProduct *
add_product(CsafTree *tree, const char *id)
{
	CsafProduct *product;

	if (tree->count == tree->room)
	{
		tree->room = Max(tree->room * 2, 64);
		tree->products = tree->products == NULL ?
			palloc(sizeof(CsafProduct) * tree->room) :
			repalloc_huge(tree->products, sizeof(CsafProduct) * tree->room);
	}
	product = &tree->products[tree->count++];
	memset(product, 0, sizeof(CsafProduct));
	product->id = id;
	return product;
}

/*
 * Read the branches of a tree, those of branches included.
 */
static void
read_branches(JsonbContainer *branches, CsafTree *tree)
{
	ImgcatJsonbWalk walk;

	check_stack_depth();
	imgcat_read_begin(&walk, branches);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *branch = imgcat_read_as_object(&walk.value);
		JsonbContainer *product = imgcat_read_object(branch, "product");
		JsonbContainer *helper =
		imgcat_read_object(product, "product_identification_helper");
		char	   *id = imgcat_read_text(product, "product_id");

		if (id != NULL)
		{
			CsafProduct *added = add_product(tree, id);

			added->purl = imgcat_read_text(helper, "purl");
			added->cpe = imgcat_read_text(helper, "cpe");
		}
		read_branches(imgcat_read_array(branch, "branches"), tree);
	}
}

/*
 * Read a tree of products and its relationships.
 */
static void
read_tree(JsonbContainer *document, CsafTree *tree)
{
	JsonbContainer *root = imgcat_read_object(document, "product_tree");
	ImgcatJsonbWalk walk;

	memset(tree, 0, sizeof(CsafTree));
	read_branches(imgcat_read_array(root, "branches"), tree);
	imgcat_read_begin(&walk, imgcat_read_array(root, "relationships"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *relationship = imgcat_read_as_object(&walk.value);
		char	   *id =
		imgcat_read_text(imgcat_read_object(relationship,
											"full_product_name"),
						 "product_id");

		if (id != NULL)
		{
			CsafProduct *added = add_product(tree, id);

			added->package = imgcat_read_text(relationship,
											  "product_reference");
			added->platform = imgcat_read_text(relationship,
											   "relates_to_product_reference");
		}
	}
	if (tree->count > 0)
		qsort(tree->products, tree->count, sizeof(CsafProduct),
			  compare_products);
}

/*
 * The ecosystem of a platform by its CPE, "cpe:/o:redhat:enterprise_linux:9::..."
 * and the like; NULL of another product.
 */
static char *
platform_ecosystem(const char *cpe)
{
	static const char product[] = ":redhat:enterprise_linux:";
	const char *release = cpe == NULL ? NULL : strstr(cpe, product);
	char		ecosystem[IMGCAT_ECOSYSTEM_MAX];
	size_t		length;

	if (release == NULL)
		return NULL;
	release += sizeof(product) - 1;
	length = imgcat_ecosystem_of_distribution("rhel", 4, release,
											  strspn(release, "0123456789."),
											  ecosystem);
	return pnstrdup(ecosystem, length);
}

/*
 * An advisory that packages are added to, and the ranges that it has.
 */
typedef struct CsafRanges
{
	ImgcatAdvisory *advisory;
	ImgcatTextMap *seen;
} CsafRanges;

/*
 * Begin to add packages to an advisory that has none.
 */
static CsafRanges
begin_ranges(ImgcatAdvisory *advisory)
{
	CsafRanges	ranges = {advisory, imgcat_make_text_map()};

	return ranges;
}

/*
 * Add the range of a package on a platform: all versions, or those before the
 * one that is the package's if fixed.  The same package for another
 * architecture says nothing new.
 */
static void
add_package(CsafRanges *ranges, const CsafTree *tree, const char *id,
			bool fixed)
{
	const CsafProduct *product = find_product(tree, id);
	const CsafProduct *package =
	product == NULL ? NULL : find_product(tree, product->package);
	const CsafProduct *platform =
	product == NULL ? NULL : find_product(tree, product->platform);
	char	   *ecosystem =
	platform == NULL ? NULL : platform_ecosystem(platform->cpe);
	ImgcatPackage read;
	ImgcatPackageUrl purl;
	ImgcatAdvisoryRange *range;
	const char *key[5];
	size_t		error_at;
	size_t		length;
	bool		by_source;
	bool		found;

	if (ecosystem == NULL || package == NULL || package->purl == NULL)
		return;
	length = strlen(package->purl);
	if (imgcat_package_url_parse(package->purl, length,
								 palloc(Min(length,
											IMGCAT_PURL_LENGTH_MAX) + 1),
								 &purl, &error_at) != IMGCAT_PURL_OK ||
		!imgcat_package_of_purl(&purl, ecosystem, &read) ||
		(fixed && read.version[0] == '\0'))
		return;
	by_source = strcmp(read.architecture, "src") == 0;
	key[0] = ecosystem;
	key[1] = read.name;
	key[2] = read.module;
	key[3] = by_source ? "src" : "";
	key[4] = fixed ? read.version : "";
	(void) imgcat_text_map_enter(ranges->seen, key, lengthof(key), &found);
	if (found)
		return;
	range = imgcat_add_range(ranges->advisory, ecosystem, read.name);
	range->by_source = by_source;
	range->module = read.module;
	if (fixed)
		range->upper = range->fixed_by = read.version;
}

/*
 * Add the packages of a list of ids.
 */
static void
add_packages(CsafRanges *ranges, const CsafTree *tree, JsonbContainer *ids,
			 bool fixed)
{
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, ids);
	while (imgcat_read_next(&walk))
	{
		char	   *id = imgcat_read_string(&walk.value);

		if (id != NULL)
			add_package(ranges, tree, id, fixed);
	}
}

/*
 * The severity that the threats of a vulnerability tell: the highest impact.
 */
static int
read_severity(JsonbContainer *vulnerability)
{
	int			severity = 0;
	ImgcatJsonbWalk walk;

	imgcat_read_begin(&walk, imgcat_read_array(vulnerability, "threats"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *threat = imgcat_read_as_object(&walk.value);
		char	   *category = imgcat_read_text(threat, "category");

		if (category != NULL && strcmp(category, "impact") == 0)
			severity = Max(severity,
						   imgcat_severity_number(imgcat_read_text(threat,
																   "details")));
	}
	return severity;
}

/*
 * Read what a vulnerability says besides its packages.
 */
static void
read_vulnerability(JsonbContainer *vulnerability, const char *cve,
				   ImgcatAdvisory *advisory)
{
	ImgcatJsonbWalk walk;

	advisory->name = imgcat_finding_name(cve, NULL, NULL);
	advisory->link = psprintf("https://access.redhat.com/security/cve/%s", cve);
	advisory->severity = read_severity(vulnerability);
	imgcat_read_begin(&walk, imgcat_read_array(vulnerability, "scores"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *score = imgcat_read_as_object(&walk.value);

		(void) imgcat_take_vector(advisory,
								  imgcat_read_text(imgcat_read_object(score,
																	  "cvss_v3"),
												   "vectorString"));
		(void) imgcat_take_vector(advisory,
								  imgcat_read_text(imgcat_read_object(score,
																	  "cvss_v2"),
												   "vectorString"));
	}
	imgcat_read_begin(&walk, imgcat_read_array(vulnerability, "notes"));
	while (advisory->summary == NULL && imgcat_read_next(&walk))
	{
		JsonbContainer *note = imgcat_read_as_object(&walk.value);
		char	   *category = imgcat_read_text(note, "category");

		if (category != NULL && strcmp(category, "description") == 0)
			advisory->summary = imgcat_read_text(note, "text");
	}
	advisory->has_published =
		imgcat_read_time(imgcat_read_text(vulnerability, "release_date"),
						 &advisory->published);
}

/*
 * The ids of a list, which may be long, to be looked up.
 */
static ImgcatTextMap *
read_ids(JsonbContainer *list)
{
	ImgcatTextMap *ids = imgcat_make_text_map();
	ImgcatJsonbWalk walk;
	bool		found;

	imgcat_read_begin(&walk, list);
	while (imgcat_read_next(&walk))
	{
		const char *id = imgcat_read_string(&walk.value);

		if (id != NULL)
			(void) imgcat_text_map_enter(ids, &id, 1, &found);
	}
	return ids;
}

/*
 * Add an advisory for each remediation that fixes packages: it has a name of its
 * own, RHSA-2024:1234, at the end of its URL.
 */
static void
add_fixes(ImgcatLoad *load, const CsafTree *tree, JsonbContainer *vulnerability,
		  const ImgcatAdvisory *common, const char *document_id,
		  const char *place)
{
	ImgcatTextMap *fixed =
	read_ids(imgcat_read_array(imgcat_read_object(vulnerability,
												  "product_status"),
							   "fixed"));
	ImgcatJsonbWalk walk;
	ImgcatJsonbWalk ids;

	imgcat_read_begin(&walk, imgcat_read_array(vulnerability, "remediations"));
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *remediation = imgcat_read_as_object(&walk.value);
		char	   *category = imgcat_read_text(remediation, "category");
		char	   *url = imgcat_read_text(remediation, "url");
		ImgcatAdvisory advisory = *common;
		CsafRanges	ranges;

		if (category == NULL || strcmp(category, "vendor_fix") != 0)
			continue;
		ranges = begin_ranges(&advisory);
		imgcat_read_begin(&ids, imgcat_read_array(remediation, "product_ids"));
		while (imgcat_read_next(&ids))
		{
			const char *id = imgcat_read_string(&ids.value);

			if (id != NULL && imgcat_text_map_find(fixed, &id, 1) != NULL)
				add_package(&ranges, tree, id, true);
		}
		if (advisory.nranges == 0)
			continue;
		if (url != NULL && strrchr(url, '/') != NULL)
		{
			advisory.advisory_name = strrchr(url, '/') + 1;
			advisory.advisory_link = url;
		}
		advisory.id = psprintf("%s/%s/%s", document_id, common->name,
							   url == NULL ? psprintf("%d", walk.index) : url);
		imgcat_add_advisory(load, &advisory,
							psprintf("%s/remediations/%d", place, walk.index));
	}
}

/*
 * Read a CSAF document.
 */
void
imgcat_read_csaf(ImgcatLoad *load, JsonbContainer *document,
				 const char *place)
{
	JsonbContainer *tracking =
	imgcat_read_object(imgcat_read_object(document, "document"),
					   "tracking");
	char	   *document_id = imgcat_read_text(tracking, "id");
	JsonbContainer *vulnerabilities = imgcat_read_array(document,
														"vulnerabilities");
	TimestampTz modified = 0;
	bool		has_modified;
	CsafTree	tree;
	ImgcatJsonbWalk walk;

	if (document_id == NULL || vulnerabilities == NULL)
	{
		imgcat_refuse(load, place,
					  "a CSAF document needs document.tracking.id and vulnerabilities");
		return;
	}
	has_modified = imgcat_read_time(imgcat_read_text(tracking,
													 "current_release_date"),
									&modified);
	read_tree(document, &tree);
	imgcat_read_begin(&walk, vulnerabilities);
	while (imgcat_read_next(&walk))
	{
		JsonbContainer *vulnerability = imgcat_read_as_object(&walk.value);
		char	   *cve = imgcat_read_text(vulnerability, "cve");
		const char *at = psprintf("%s/vulnerabilities/%d", place, walk.index);
		ImgcatAdvisory common = {0};
		ImgcatAdvisory affected;
		CsafRanges	ranges;

		if (cve == NULL)
		{
			imgcat_refuse(load, at, "a vulnerability needs a cve");
			continue;
		}
		read_vulnerability(vulnerability, cve, &common);
		common.has_modified = has_modified;
		common.modified = modified;
		add_fixes(load, &tree, vulnerability, &common, document_id, at);

		affected = common;
		ranges = begin_ranges(&affected);
		add_packages(&ranges, &tree,
					 imgcat_read_array(imgcat_read_object(vulnerability,
														  "product_status"),
									   "known_affected"), false);
		affected.id = psprintf("%s/%s", document_id, cve);
		if (affected.nranges > 0)
			imgcat_add_advisory(load, &affected, at);
	}
}
