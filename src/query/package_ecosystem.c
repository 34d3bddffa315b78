/*-------------------------------------------------------------------------
 *
 * package_ecosystem.c
 *		Where a package comes from, by one name.
 *
 * src/query/package_ecosystem.c
 *
 *-------------------------------------------------------------------------
 */
#include <string.h>

#include "query/package_ecosystem.h"

/* All of a version, where not its first numbers only. */
#define WHOLE (-1)

/*
 * Distributions, by each name that there is for them, in lower case; what they
 * are called here; and how many numbers of their version make a release.
 */
static const struct
{
	const char *name;
	const char *ecosystem;
	int			numbers;
}			distributions[] = {
	{"debian", "debian", 1},
	{"ubuntu", "ubuntu", 2},
	{"alpine", "alpine", 2},
	{"rhel", "rhel", 1},
	{"redhat", "rhel", 1},
	{"centos", "rhel", 1},
	{"rocky", "rocky", 1},
	{"rocky linux", "rocky", 1},
	{"almalinux", "almalinux", 1},
	{"alma", "almalinux", 1},
	{"ol", "ol", 1},
	{"oracle", "ol", 1},
	{"fedora", "fedora", 1},
	{"amzn", "amzn", 1},
	{"amazon", "amzn", 1},
	{"sles", "sles", 2},
	{"opensuse-leap", "opensuse-leap", 2},
	{"opensuse.leap", "opensuse-leap", 2},
	{"opensuse-tumbleweed", "opensuse-tumbleweed", 0},
	{"opensuse.tumbleweed", "opensuse-tumbleweed", 0},
	{"photon", "photon", 2},
	{"photon os", "photon", 2},
	{"azurelinux", "azurelinux", 1},
	{"azure linux", "azurelinux", 1},
	{"mariner", "mariner", 1},
	{"mageia", "mageia", 1},
	{"openeuler", "openeuler", WHOLE},
	{"alpaquita", "alpaquita", WHOLE},
	{"echo", "echo", 0},
	{"wolfi", "wolfi", 0},
	{"chainguard", "chainguard", 0},
	{"minimos", "minimos", 0},
};

/* Codenames that stand for versions. */
static const struct
{
	const char *ecosystem;
	const char *codename;
	const char *version;
}			codenames[] = {
	{"debian", "stretch", "9"},
	{"debian", "buster", "10"},
	{"debian", "bullseye", "11"},
	{"debian", "bookworm", "12"},
	{"debian", "trixie", "13"},
	{"debian", "forky", "14"},
	{"ubuntu", "trusty", "14.04"},
	{"ubuntu", "xenial", "16.04"},
	{"ubuntu", "bionic", "18.04"},
	{"ubuntu", "focal", "20.04"},
	{"ubuntu", "jammy", "22.04"},
	{"ubuntu", "noble", "24.04"},
};

/* OSV names of the ecosystems of languages, and the types of package URLs. */
static const struct
{
	const char *osv;
	const char *type;
}			languages[] = {
	{"go", "golang"},
	{"rubygems", "gem"},
	{"crates.io", "cargo"},
	{"packagist", "composer"},
	{"swifturl", "swift"},
	{"conancenter", "conan"},
	{"github actions", "githubactions"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ASCII, whatever the locale. */
static char
to_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
}

/*
 * Is a text this one, which is in lower case?
 */
static bool
is_text(const char *text, size_t length, const char *lower)
{
	if (length != strlen(lower))
		return false;
	for (size_t i = 0; i < length; i++)
		if (to_lower(text[i]) != lower[i])
			return false;
	return true;
}

/*
 * Does a text begin with this one, which is in lower case?
 */
static bool
begins_with(const char *text, size_t length, const char *lower)
{
	size_t		lower_length = strlen(lower);

	return length >= lower_length && is_text(text, lower_length, lower);
}

/*
 * Write a text in lower case behind out[length]; returns the length then, 0
 * where there is no room for it.
 */
static size_t
append_lower(char *out, size_t length, const char *text, size_t text_length)
{
	if (text_length > IMGCAT_ECOSYSTEM_MAX - length)
		return 0;
	for (size_t i = 0; i < text_length; i++)
		out[length + i] = to_lower(text[i]);
	return length + text_length;
}

/*
 * How much of a version is its first numbers, with dots between.
 */
static size_t
leading_numbers(const char *version, size_t length, int numbers)
{
	size_t		i;

	for (i = 0; i < length; i++)
		if (version[i] == '.' && --numbers == 0)
			break;
	return i;
}

size_t
imgcat_ecosystem_of_distribution(const char *id, size_t id_length,
								 const char *version, size_t version_length,
								 char *out)
{
	const char *ecosystem = NULL;
	int			numbers = WHOLE;
	size_t		length;

	for (size_t i = 0; i < COUNT(distributions) && ecosystem == NULL; i++)
	{
		if (!is_text(id, id_length, distributions[i].name))
			continue;
		ecosystem = distributions[i].ecosystem;
		numbers = distributions[i].numbers;
	}
	if (ecosystem != NULL)
		length = append_lower(out, 0, ecosystem, strlen(ecosystem));
	else
		length = append_lower(out, 0, id, id_length);
	if (length == 0 || numbers == 0)
		return length;

	for (size_t i = 0; i < COUNT(codenames); i++)
	{
		if (ecosystem != NULL && strcmp(ecosystem, codenames[i].ecosystem) == 0 &&
			is_text(version, version_length, codenames[i].codename))
		{
			version = codenames[i].version;
			version_length = strlen(version);
		}
	}
	if (version_length > 1 && to_lower(version[0]) == 'v' &&
		version[1] >= '0' && version[1] <= '9')
	{
		version++;
		version_length--;
	}
	if (numbers != WHOLE)
		version_length = leading_numbers(version, version_length, numbers);
	if (version_length == 0)
		return length;
	length = append_lower(out, length, ":", 1);
	return length == 0 ? 0 :
		append_lower(out, length, version, version_length);
}

size_t
imgcat_ecosystem_of_system(const char *text, size_t length, char *out)
{
	size_t		at;

	for (at = 0; at < length && text[at] != ':'; at++)
		;
	if (at == length)
		while (at > 0 && text[--at] != '-')
			;
	if (at == 0)
		return imgcat_ecosystem_of_distribution(text, length, "", 0, out);
	return imgcat_ecosystem_of_distribution(text, at, text +at + 1,
											length - at - 1, out);
}

/*
 * The ecosystem of what OSV calls "SUSE:...": a server of a service pack is
 * "sles:15.5"; modules and products keep their name, which no image has.
 */
static size_t
ecosystem_of_suse(const char *text, size_t length, char *out)
{
	static const char server[] = "suse:linux enterprise server ";
	const char *at = text +sizeof(server) - 1;
	const char *end = text +length;
	size_t		out_length;

	if (!begins_with(text, length, server))
		return append_lower(out, 0, text, length);
	out_length = append_lower(out, 0, "sles:", 5);
	while (at < end && *at >= '0' && *at <= '9' &&
		   out_length < IMGCAT_ECOSYSTEM_MAX)
		out[out_length++] = *at++;
	if (at == end)
		return out_length;
	if (!begins_with(at, end - at, " sp") || end - at != 4 || at[3] < '0' ||
		at[3] > '9' || out_length + 2 > IMGCAT_ECOSYSTEM_MAX)
		return append_lower(out, 0, text, length);
	out[out_length++] = '.';
	out[out_length++] = at[3];
	return out_length;
}

size_t
imgcat_ecosystem_of_osv(const char *text, size_t length, char *out)
{
	static const char enterprise[] = "red hat:enterprise_linux:";
	size_t		name;
	const char *release;
	size_t		release_length;

	for (size_t i = 0; i < COUNT(languages); i++)
		if (is_text(text, length, languages[i].osv))
			return append_lower(out, 0, languages[i].type,
								strlen(languages[i].type));
	if (begins_with(text, length, "suse:"))
		return ecosystem_of_suse(text, length, out);
	if (begins_with(text, length, "opensuse:leap "))
		return imgcat_ecosystem_of_distribution("opensuse-leap", 13,
												text +14, length - 14, out);
	if (is_text(text, length, "opensuse:tumbleweed"))
		return imgcat_ecosystem_of_distribution("opensuse-tumbleweed", 19,
												"", 0, out);

	for (name = 0; name < length && text[name] != ':'; name++)
		;
	if (name == length)
		return imgcat_ecosystem_of_distribution(text, length, "", 0, out);
	release = text +name + 1;

	release_length = length - name - 1;
	if (begins_with(text, length, enterprise))
	{
		release = text +sizeof(enterprise) - 1;

		release_length = length - (sizeof(enterprise) - 1);
		for (name = 0; name < release_length && release[name] != ':' &&
			 release[name] != '.'; name++)
			;
		return imgcat_ecosystem_of_distribution("rhel", 4, release, name, out);
	}
	/* "22.04:LTS" is 22.04, but "Pro:22.04:LTS" has versions of its own */
	if (is_text(text, name, "ubuntu"))
	{
		size_t		end;

		for (end = 0; end < release_length && release[end] != ':'; end++)
			;
		if (end < release_length && (release[0] < '0' || release[0] > '9'))
			return append_lower(out, 0, text, length);
		release_length = end;
	}
	return imgcat_ecosystem_of_distribution(text, name, release,
											release_length, out);
}

size_t
imgcat_ecosystem_of_purl(const ImgcatPackageUrl *purl, const char *system,
						 size_t system_length, char *out)
{
	ImgcatPurlPart type = purl->type;
	size_t		length;

	if (!is_text(type.at, type.length, "deb") &&
		!is_text(type.at, type.length, "rpm") &&
		!is_text(type.at, type.length, "apk"))
		return append_lower(out, 0, type.at, type.length);

	for (int i = 0; i < purl->nqualifiers; i++)
	{
		ImgcatPurlPart value = purl->qualifiers[i].value;
		size_t		at;

		if (!is_text(purl->qualifiers[i].key.at,
					 purl->qualifiers[i].key.length, "distro"))
			continue;
		/* either with the name of the distribution, or its release alone */
		for (at = value.length; at > 0 && value.at[at - 1] != '-'; at--)
			;
		if (at > 1)
			return imgcat_ecosystem_of_system(value.at, value.length, out);
		length = imgcat_ecosystem_of_distribution(purl->namespace.at,
												  purl->namespace.length,
												  value.at, value.length, out);
		if (length > 0)
			return length;
	}
	if (system_length > 0)
		return append_lower(out, 0, system, system_length);
	return imgcat_ecosystem_of_distribution(purl->namespace.at,
											purl->namespace.length,
											"", 0, out);
}

bool
imgcat_ecosystem_is_system(const char *ecosystem, size_t length)
{
	size_t		name;

	for (name = 0; name < length && ecosystem[name] != ':'; name++)
		;
	if (name < length)
		return true;
	for (size_t i = 0; i < COUNT(distributions); i++)
		if (is_text(ecosystem, length, distributions[i].name))
			return true;
	return false;
}

/*
 * A name of PyPI: runs of '-', '_' and '.' are one '-'.
 */
static size_t
normalise_python(char *name, size_t length)
{
	size_t		out = 0;

	for (size_t i = 0; i < length; i++)
	{
		bool		separator = name[i] == '-' || name[i] == '_' ||
		name[i] == '.';

		if (!separator)
			name[out++] = to_lower(name[i]);
		else if (out == 0 || name[out - 1] != '-')
			name[out++] = '-';
	}
	return out;
}

size_t
imgcat_package_name_normalise(const char *ecosystem, size_t ecosystem_length,
							  char *name, size_t length)
{
	/* whose package URLs know one letter case only */
	static const char *const lower[] = {
		"golang", "npm", "composer", "hex", "nuget", "swift", "pub"
	};

	if (is_text(ecosystem, ecosystem_length, "pypi"))
		return normalise_python(name, length);
	for (size_t i = 0; i < COUNT(lower); i++)
	{
		if (!is_text(ecosystem, ecosystem_length, lower[i]))
			continue;
		for (size_t c = 0; c < length; c++)
			name[c] = to_lower(name[c]);
	}
	return length;
}
