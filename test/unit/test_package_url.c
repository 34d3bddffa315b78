/*-------------------------------------------------------------------------
 *
 * test_package_url.c
 *		Package URLs: parts, normalising, canonical form, what is none.
 *
 * test/unit/test_package_url.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/package_url.h"
#include "tap.h"

/* parts as type|namespace|name|version|key=value ...|subpath */
static const struct
{
	const char *purl;
	const char *parts;
	const char *canonical;		/* NULL: as written */
}			cases[] = {
	{"pkg:generic/zlib", "generic||zlib|||", NULL},
	{"pkg:generic/zlib@1.3", "generic||zlib|1.3||", NULL},
	{"pkg:generic/a/b/c@1?k=v&l=w#x/y", "generic|a/b|c|1|k=v l=w|x/y", NULL},
	{"pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64",
	"deb|debian|attr|1:2.4.47-2+b1|arch=amd64|", NULL},

	/* put up with */
	{"PKG:Generic/Zlib@1", "generic||Zlib|1||", "pkg:generic/Zlib@1"},
	{"pkg://generic//a///zlib/", "generic|a|zlib|||", "pkg:generic/a/zlib"},
	{"pkg:generic/zlib@1+b", "generic||zlib|1+b||", "pkg:generic/zlib@1%2Bb"},
	{"pkg:generic/zlib@1?Arch=X", "generic||zlib|1|arch=X|",
	"pkg:generic/zlib@1?arch=X"},
	{"pkg:generic/zlib?b=1&a=2&c=", "generic||zlib||a=2 b=1|",
	"pkg:generic/zlib?a=2&b=1"},
	{"pkg:generic/zlib?&", "generic||zlib|||", "pkg:generic/zlib"},
	{"pkg:generic/zlib#/./a/../b//", "generic||zlib|||a/b",
	"pkg:generic/zlib#a/b"},
	{"pkg:generic/zlib#%2E%2E/a", "generic||zlib|||a", "pkg:generic/zlib#a"},
	{"pkg:generic/zlib@", "generic||zlib|||", "pkg:generic/zlib"},
	{"pkg:generic/zlib?u=a=b", "generic||zlib||u=a=b|",
	"pkg:generic/zlib?u=a%3Db"},

	/* where the version begins */
	{"pkg:npm/%40babel/core@7.0.0", "npm|@babel|core|7.0.0||", NULL},
	{"pkg:npm/@babel/core", "npm|@babel|core|||", "pkg:npm/%40babel/core"},
	{"pkg:brew/node@20@20.10.0", "brew||node@20|20.10.0||",
	"pkg:brew/node%4020@20.10.0"},
	{"pkg:docker/img@sha256%3Aab", "docker||img|sha256:ab||",
	"pkg:docker/img@sha256:ab"},
	{"pkg:generic/a%2Fb@c%2Fd", "generic||a/b|c/d||", NULL},
	{"pkg:generic/\xC3\xA4", "generic||\xC3\xA4|||", "pkg:generic/%C3%A4"},

	/* rules of types */
	{"pkg:pypi/Django_Rest@1.0_A", "pypi||django-rest|1.0_A||",
	"pkg:pypi/django-rest@1.0_A"},
	{"pkg:github/Owner/Repo@Abc", "github|owner|repo|Abc||",
	"pkg:github/owner/repo@Abc"},
	{"pkg:rpm/Fedora/PackageKit", "rpm|fedora|PackageKit|||",
	"pkg:rpm/fedora/PackageKit"},
	{"pkg:maven/Org.A/B", "maven|Org.A|B|||", NULL},
	{"pkg:cpan/drolsky/DateTime", "cpan|DROLSKY|DateTime|||",
	"pkg:cpan/DROLSKY/DateTime"},
	{"pkg:huggingface/A/b@C0FFEE", "huggingface|A|b|c0ffee||",
	"pkg:huggingface/A/b@c0ffee"},
	{"pkg:julia/Dates?uuid=1", "julia||Dates||uuid=1|", NULL},
	{"pkg:mlflow/Fraud?repository_url=x.azuredatabricks.net",
		"mlflow||fraud||repository_url=x.azuredatabricks.net|",
	"pkg:mlflow/fraud?repository_url=x.azuredatabricks.net"},
	{"pkg:mlflow/Fraud", "mlflow||Fraud|||", NULL},
};

static const struct
{
	const char *purl;
	ImgcatPurlError error;
	size_t		at;
}			errors[] = {
	{"", IMGCAT_PURL_NO_SCHEME, 0},
	{"pkg", IMGCAT_PURL_NO_SCHEME, 0},
	{"npm/a@1", IMGCAT_PURL_NO_SCHEME, 0},
	{"pkg%3Anpm/a", IMGCAT_PURL_NO_SCHEME, 0},
	{"pkg:", IMGCAT_PURL_BAD_TYPE, 4},
	{"pkg:/", IMGCAT_PURL_BAD_TYPE, 5},
	{"pkg:3d/a", IMGCAT_PURL_BAD_TYPE, 4},
	{"pkg:a_b/c", IMGCAT_PURL_BAD_TYPE, 4},
	{"pkg:a@1", IMGCAT_PURL_BAD_TYPE, 4},
	{"pkg:npm", IMGCAT_PURL_NO_NAME, 7},
	{"pkg:npm/", IMGCAT_PURL_NO_NAME, 7},
	{"pkg:npm/@1", IMGCAT_PURL_NO_NAME, 8},
	{"pkg:npm/a/@1", IMGCAT_PURL_NO_NAME, 10},
	{"pkg:npm/a%", IMGCAT_PURL_BAD_ENCODING, 9},
	{"pkg:npm/a%4", IMGCAT_PURL_BAD_ENCODING, 9},
	{"pkg:npm/a@%4g", IMGCAT_PURL_BAD_ENCODING, 10},
	{"pkg:npm/a?k=%zz", IMGCAT_PURL_BAD_ENCODING, 12},
	{"pkg:npm/a#%", IMGCAT_PURL_BAD_ENCODING, 10},
	{"pkg:npm/a%00", IMGCAT_PURL_BAD_TEXT, 8},
	{"pkg:npm/a@%FF", IMGCAT_PURL_BAD_TEXT, 10},
	{"pkg:npm/a%2Fb/c", IMGCAT_PURL_BAD_SEGMENT, 9},
	{"pkg:npm/a#b%2fc", IMGCAT_PURL_BAD_SEGMENT, 11},
	{"pkg:npm/a?k", IMGCAT_PURL_BAD_QUALIFIER, 10},
	{"pkg:npm/a?=v", IMGCAT_PURL_BAD_QUALIFIER, 10},
	{"pkg:npm/a?a b=v", IMGCAT_PURL_BAD_QUALIFIER, 10},
	{"pkg:npm/a?1k=v", IMGCAT_PURL_BAD_QUALIFIER, 10},
	{"pkg:npm/a?b=1&B=2", IMGCAT_PURL_REPEATED, 14},
	{"pkg:swift/Alamofire@5", IMGCAT_PURL_NAMESPACE, 10},
	{"pkg:vcpkg/boost/asio", IMGCAT_PURL_NAMESPACE, 10},
	{"pkg:cpan/A::B", IMGCAT_PURL_BAD_NAME, 9},
	{"pkg:julia/Dates", IMGCAT_PURL_NO_UUID, 10},
};

/* The parts in the notation of the table. */
static void
print_parts(const ImgcatPackageUrl *purl, char *out)
{
	int			i;

	out += sprintf(out, "%.*s|%.*s|%.*s|%.*s|",
				   (int) purl->type.length, purl->type.at,
				   (int) purl->namespace.length, purl->namespace.at,
				   (int) purl->name.length, purl->name.at,
				   (int) purl->version.length, purl->version.at);
	for (i = 0; i < purl->nqualifiers; i++)
		out += sprintf(out, "%s%.*s=%.*s", i == 0 ? "" : " ",
					   (int) purl->qualifiers[i].key.length,
					   purl->qualifiers[i].key.at,
					   (int) purl->qualifiers[i].value.length,
					   purl->qualifiers[i].value.at);
	sprintf(out, "|%.*s", (int) purl->subpath.length, purl->subpath.at);
}

int
main(void)
{
	ImgcatPackageUrl purl;
	ImgcatPurlError error;
	size_t		at;
	size_t		i;
	char	   *long_purl;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		size_t		length = strlen(cases[i].purl);
		char	   *copy = exact_copy(cases[i].purl, length);
		char	   *buffer = malloc(length);
		char	   *canonical = malloc(length * 3 + 8);
		const char *expected = cases[i].canonical;
		char		parts[512];

		error = imgcat_package_url_parse(copy, length, buffer, &purl, &at);
		if (expected == NULL)
			expected = cases[i].purl;
		if (ok(error == IMGCAT_PURL_OK, "%s", cases[i].purl))
		{
			length = imgcat_package_url_write(&purl, canonical);
			print_parts(&purl, parts);
			ok(strcmp(parts, cases[i].parts) == 0, "is %s", parts);
			ok(length == strlen(expected) &&
			   memcmp(canonical, expected, length) == 0, "is %.*s",
			   (int) length, canonical);
		}
		free(canonical);
		free(buffer);
		free(copy);
	}
	for (i = 0; i < lengthof_array(errors); i++)
	{
		size_t		length = strlen(errors[i].purl);
		char	   *copy = exact_copy(errors[i].purl, length);
		char	   *buffer = malloc(length + 1);

		error = imgcat_package_url_parse(copy, length, buffer, &purl, &at);
		ok(error == errors[i].error && at == errors[i].at,
		   "\"%s\" at %zu: %s", errors[i].purl, at,
		   imgcat_package_url_message(error));
		free(buffer);
		free(copy);
	}

	/* limits */
	long_purl = malloc(IMGCAT_PURL_LENGTH_MAX + 1);
	memset(long_purl, 'a', IMGCAT_PURL_LENGTH_MAX + 1);
	memcpy(long_purl, "pkg:npm/", 8);
	{
		char	   *buffer = malloc(IMGCAT_PURL_LENGTH_MAX);

		ok(imgcat_package_url_parse(long_purl, IMGCAT_PURL_LENGTH_MAX, buffer,
									&purl, &at) == IMGCAT_PURL_OK,
		   "as long as may be");
		ok(imgcat_package_url_parse(long_purl, IMGCAT_PURL_LENGTH_MAX + 1,
									buffer, &purl, &at) ==
		   IMGCAT_PURL_TOO_LONG, "longer");
		memcpy(long_purl, "pkg:npm/a?", 10);
		for (i = 0; i <= IMGCAT_PURL_QUALIFIERS_MAX; i++)
		{
			sprintf(long_purl + 10 + 6 * i, "k%02zu=v&", i);
			error = imgcat_package_url_parse(long_purl, 16 + 6 * i, buffer,
											 &purl, &at);
			if (error != IMGCAT_PURL_OK)
				break;
		}
		ok(i == IMGCAT_PURL_QUALIFIERS_MAX && error == IMGCAT_PURL_TOO_MANY,
		   "%zu qualifiers", i);
		free(buffer);
	}
	free(long_purl);
	return done_testing();
}
