/*-------------------------------------------------------------------------
 *
 * test_container_search.c
 *		The search language of container images: pairs, values, conditions.
 *
 * test/unit/test_container_search.c
 *
 *-------------------------------------------------------------------------
 */
#include <inttypes.h>

#include "query/container_search.h"
#include "tap.h"

/*
 * A query, and its groups as LABEL in [v|v]; in byte order of the label as
 * typed.  What was dropped follows as -reason(text).
 */
static const struct
{
	const char *query;
	const char *groups;
}			pairs[] = {
	{"", ""},
	{"INVALIDQUERY", "-pair(INVALIDQUERY)"},
	{"Deployment:field1,field12+Category:field2",
	"Category[field2]Deployment[field1|field12]"},
	{"Deployment:field1,field12 + Category:field2",
	"Category[field2]Deployment[field1|field12]"},
	{"Deployment:field1,\"field12+some:thing\",field13 + Category:\"field2+something\"",
	"Category[\"field2+something\"]Deployment[field1|\"field12+some:thing\"|field13]"},
	{"Deployment:field1,\"field12+some,thi:ng\",field13 + Category:\"field2+some,thing\"",
	"Category[\"field2+some,thing\"]Deployment[field1|\"field12+some,thi:ng\"|field13]"},
	{"Deployment Label:label+label", "Deployment Label[label+label]"},
	{"Deployment Label:label+", "Deployment Label[label+]"},
	{"Deployment Label:label+label+Deployment Annotation:annotation",
	"Deployment Annotation[annotation]Deployment Label[label+label]"},
	{"Deployment:attempted-alerts-dep-6+Policy:Kubernetes Actions: Exec into Pod",
	"Deployment[attempted-alerts-dep-6]Policy[Kubernetes Actions: Exec into Pod]"},
	{"Deployment:d+Policy:Kubernetes Actions: Exec into Pod,hello+hi+Deployment Label:value",
	"Deployment[d]Deployment Label[value]Policy[Kubernetes Actions: Exec into Pod|hello+hi]"},
	{"  Deployment Label :  label+label  ", "Deployment Label[label+label]"},
	{"Deployment Label", "-pair(Deployment Label)"},
	{"Deployment Label:", "-value(Deployment Label)"},
	{"Deployment Label: ", "-value(Deployment Label)"},
	{"Image:,val1,val2,", "Image[|val1|val2|]"},
	{"Image:,,", "Image[||]"},
	{"Image:,", "Image[|]"},
	{"Nope:1", "-unknown(Nope)"},
	{"Nope:1+Image:nginx", "Image[nginx]-unknown(Nope)"},
	{"IMAGE TAG:v1", "IMAGE TAG[v1]"},
	{"Image:a+Image:b", "Image[b]-replaced(Image)"},
	{"Image:a+Image:", "Image[a]-value(Image)"},
	{"Image:a+image:b", "Image[a]image[b]"},
	{"image:a+Image:b", "Image[b]image[a]"},
	{"Image:docker.io/library/nginx:1.2", "Image[docker.io/library/nginx:1.2]"},
	{"Image:reg:5000/x+CVE:y", "CVE[y]Image[reg:5000/x]"},
	{"+CVE:x", "-unknown(+CVE)"},
	{" +CVE:x", "CVE[x]"},
	{"Image:a+b", "Image[a+b]"},
	{"Image:a+b:c", "Image[a]-unknown(b)"},
	{"Image:a++CVE:b", "CVE[b]Image[a+]"},
	{"Image:\"a+CVE:b\"", "Image[\"a+CVE:b\"]"},
	{"CVE:\"a+Fixable:true", "CVE[\"a+Fixable:true]"},
	{"CVE:a, b", "CVE[a| b]"},
	{"CVE:a ,b", "CVE[a |b]"},
	{"CVE:x Fixable:true", "CVE[x Fixable:true]"},
	{"Image Scan Time:>30d", "Image Scan Time[>30d]"},
	{"\xC2\xA0" "CVE\xE2\x80\x83:\xE3\x80\x80x\xC2\x85", "CVE[x]"},
	{"+", "-pair(+)"},
	{":", "-value()"},
	{"::", "-unknown()"},
	{"CVE::", "CVE[:]"},
	{"CVE:a+CVE", "CVE[a+CVE]"},
	{"CVE:a+ +Fixable:true", "CVE[a+]Fixable[true]"},
	{"CVE:a+CVE ID:b+cVE:c", "CVE[a]CVE ID[b]cVE[c]"},
};

/* Label, value, and the condition that it is (or ! and the message). */
static const struct
{
	const char *label;
	const char *value;
	const char *condition;
}			values[] = {

	/* modifiers */
	{"Image", "test", "prefix(test)"},
	{"Image", "\"test\"", "exact(test)"},
	{"Image", "\"\"", "exact()"},
	{"Image", "\"", "prefix(\")"},
	{"Image", "\"test", "prefix(\"test)"},
	{"Image", "!x", "not prefix(x)"},
	{"Image", "!\"x\"", "not exact(x)"},
	{"Image", "!r/A", "not regex(A)"},
	{"Image", "r/A.*", "regex(A.*)"},
	{"Image", "r/", "prefix(r/)"},
	{"Image", "r/!x", "regex(!x)"},
	{"Image", "r/\"X\"", "regex(\"X\")"},
	{"Image", "\"r/x\"", "exact(r/x)"},
	{"Image", "!!x", "!unsupported modifier \"!!\""},
	{"Image", "!", "prefix(!)"},
	{"Image", "!!", "not prefix(!)"},
	{"Image", "!!!", "!unsupported modifier \"!!\""},
	{"Image", "*", "not null"},
	{"Image", "-", "null"},
	{"Image", "!*", "not prefix(*)"},
	{"Image", "!-", "not prefix(-)"},
	{"Image", "\"*\"", "exact(*)"},
	{"Image", "c/x", "prefix(c/x)"},
	{"Image", "R/x", "prefix(R/x)"},
	{"Image", "!r/", "not prefix(r/)"},
	{"Image", "!\"", "not prefix(\")"},
	{"Image Command", "!x", "not prefix(x)"},

	/* booleans */
	{"Fixable", "true", "true"},
	{"Fixable", "tr", "true"},
	{"Fixable", "TRUE", "true"},
	{"Fixable", "1", "true"},
	{"Fixable", "FAL", "false"},
	{"Fixable", "0", "false"},
	{"Fixable", "-", "null"},
	{"Fixable", "truely", "!invalid boolean"},
	{"Fixable", "yes", "!invalid boolean"},
	{"Fixable", "!true", "!a boolean takes no modifier"},
	{"Fixable", "\"true\"", "!a boolean takes no modifier"},

	/* numbers */
	{"CVSS", "<4.60", "< 4.6"},
	{"CVSS", "<=4.60", "<= 4.6"},
	{"CVSS", "=4.60", ">= 4.6 <= 4.6"},
	{"CVSS", "==4.60", ">= 4.6 <= 4.6"},
	{"CVSS", ">=4.60", ">= 4.6"},
	{"CVSS", ">9.80", "> 9.8"},
	{"CVSS", "> 9.80 ", "> 9.8"},
	{"CVSS", "7", ">= 7 <= 7"},
	{"CVSS", "100", ">= 100 <= 100"},
	{"CVSS", ">4294967295", "> 4294967295"},
	{"CVSS", "1-2", "> 1 < 2"},
	{"CVSS", "-1", ">= -1 <= -1"},
	{"CVSS", "-2--1", "> -2 < -1"},
	{"CVSS", "-2-1", "> -2 < 1"},
	{"CVSS", "-2.9124--1.2", "> -2.91 < -1.2"},
	{"CVSS", "1.2-2.992", "> 1.2 < 2.99"},
	{"CVSS", ">0.119", "> 0.12"},
	{"CVSS", "1e2", ">= 100 <= 100"},
	{"CVSS", ".5", ">= 0.5 <= 0.5"},
	{"CVSS", "5.", ">= 5 <= 5"},
	{"CVSS", "+5", ">= 5 <= 5"},
	{"CVSS", "-0.001", ">= 0 <= 0"},
	{"CVSS", ">-3", "> -3"},
	{"CVSS", "1-1", "!invalid range"},
	{"CVSS", "2-1", "!invalid range"},
	{"CVSS", "-1--2", "!invalid range"},
	{"CVSS", "1-2-3", "!invalid range"},
	{"CVSS", "1e-2", "!invalid range"},
	{"CVSS", "1 - 2", "!invalid range"},
	{"CVSS", "abc", "!invalid number"},
	{"CVSS", " 7", "!invalid number"},
	{"CVSS", "", "!invalid number"},
	{"CVSS", ">", "!invalid number"},
	{"CVSS", "inf", "!invalid number"},
	{"CVSS", "nan", "!invalid number"},
	{"CVSS", "1e999", "!invalid number"},
	{"CVSS", "0x10", "!invalid number"},
	{"CVSS", "!7", "!a number takes no modifier"},
	{"CVSS", "\"7\"", "!a number takes no modifier"},
	{"CVSS", "*", "not null"},
	{"CVSS", "-", "null"},
	{"Image CVE Count", "3", ">= #3 <= #3"},
	{"Image CVE Count", "0-3", "> #0 < #3"},
	{"Image CVE Count", ">1.001", "> #1"},
	{"Image CVE Count", "<1e30", "< #9223372036854775807"},
	{"Image CVE Count", "1.5", "!fraction for an integer"},
	{"Image CVE Count", "1.2-2.9", "!fraction for an integer"},

	/* times: microseconds since 1970, or an age after "now-" */
	{"Last Updated", "1", ">= now-86400000000 <= now-86400000000"},
	{"Last Updated", "1d", ">= now-86400000000 <= now-86400000000"},
	{"Last Updated", "==1d", ">= now-86400000000 <= now-86400000000"},
	{"Last Updated", ">1", "<= now-86400000000"},
	{"Last Updated", ">=1", "< now-86400000000"},
	{"Last Updated", "<1", ">= now-86400000000"},
	{"Last Updated", "<=1d", "> now-86400000000"},
	{"Last Updated", "> 1d", "<= now-86400000000"},
	{"Last Updated", "1-10", "> now-864000000000 < now-86400000000"},
	{"Last Updated", "1d-10d", "> now-864000000000 < now-86400000000"},
	{"Last Updated", ">1d-10d", "> now-864000000000 < now-86400000000"},
	{"Last Updated", "-1d-10d", "> now-864000000000 < now--86400000000"},
	{"Last Updated", "-2--1", "> now--86400000000 < now--172800000000"},
	{"Last Updated", "tr/1655985600000-1656072000000", ">= 1655985600000000 < 1656072000000000"},
	{"Last Updated", "03/09/2022", ">= 1646784000000000 < 1646870400000000"},
	{"Last Updated", "03/09/2022 UTC", ">= 1646784000000000 < 1646870400000000"},
	{"Last Updated", "03/09/2022 PMT", ">= 1646784000000000 < 1646870400000000"},
	{"Last Updated", "< 03/09/2022", "< 1646784000000000"},
	{"Last Updated", "=03/09/2022", ">= 1646784000000000 <= 1646784000000000"},
	{"Last Updated", "< 03/09/2022 1:00 PM", "< 1646830800000000"},
	{"Last Updated", ">=03/09/2022 12:00:01 AM CEST", ">= 1646784001000000"},
	{"Last Updated", ">03/09/2022 12:30:00.5 PM", "> 1646829000500000"},
	{"Last Updated", "<01/01/1970", "< 0"},
	{"Last Updated", "<02/29/2000", "< 951782400000000"},
	{"Last Updated", "<01/01/0001", "< -62135596800000000"},
	{"Last Updated", ">99999999999d", "!invalid time"},
	{"Last Updated", ">2147483647", "<= now-8640000000000000000"},
	{"Last Updated", "==03/09/2022", "!invalid time"},
	{"Last Updated", "=10d", "!invalid time"},
	{"Last Updated", "3h", "!invalid time"},
	{"Last Updated", ">lol", "!invalid time"},
	{"Last Updated", "", "!invalid time"},
	{"Last Updated", "d", "!invalid time"},
	{"Last Updated", "10dd", "!invalid time"},
	{"Last Updated", "10-1", "!invalid time range"},
	{"Last Updated", "1d-1d", "!invalid time range"},
	{"Last Updated", "1-2-3", "!invalid time"},
	{"Last Updated", "tr/", "!invalid time range"},
	{"Last Updated", "tr/1", "!invalid time range"},
	{"Last Updated", "tr/-1-2", "!invalid time range"},
	{"Last Updated", "tr/a-b", "!invalid time range"},
	{"Last Updated", "2022-03-09", "!invalid time"},
	{"Last Updated", "3/9/2022", "!invalid time"},
	{"Last Updated", "02/29/2021", "!invalid time"},
	{"Last Updated", "13/01/2021", "!invalid time"},
	{"Last Updated", "03/09/2022 13:00 PM", "!invalid time"},
	{"Last Updated", "03/09/2022 1:00", "!invalid time"},
	{"Last Updated", "03/09/2022 1:00 pm", "!invalid time"},
	{"Last Updated", "03/09/2022 utc", "!invalid time"},
	{"Last Updated", "!1d", "!a time takes no modifier"},
	{"Last Updated", "*", "not null"},

	/* enums: the numbers of the members */
	{"Severity", "CRITICAL_VULNERABILITY_SEVERITY", "{4}"},
	{"Severity", "critical", "{4}"},
	{"Severity", "\"critical_vulnerability_severity\"", "{4}"},
	{"Severity", "\"critical\"", "!no such enum value"},
	{"Severity", "nope", "{}"},
	{"Severity", ">nope", "{}"},
	{"Severity", "!nope", "{01234}"},
	{"Severity", "!CRIT", "{0123}"},
	{"Severity", "!\"LOW_VULNERABILITY_SEVERITY\"", "{0234}"},
	{"Severity", "<IMPORTANT", "{012}"},
	{"Severity", ">=IMPORTANT", "{34}"},
	{"Severity", ">= important", "{34}"},
	{"Severity", "==LOW", "{1}"},
	{"Severity", "=LOW", "{1}"},
	{"Severity", ">", "{1234}"},
	{"Severity", "", "{01234}"},
	{"Severity", "r/^(CRIT|imp)", "names regex(^(CRIT|imp))"},
	{"Severity", "!r/.*", "names not regex(.*)"},
	{"Severity", "!!LOW", "!unsupported modifier \"!!\""},
	{"Severity", "*", "not null"},
	{"Component Source", "O", "{0}"},
	{"Component Source", "!OS", "{1234567}"},
	{"Vulnerability State", "false", "{2}"},

	/* maps */
	{"Image Label", "*", "any"},
	{"Image Label", "=", "has entry"},
	{"Image Label", "k=", "has key(k)"},
	{"Image Label", "r/k=", "has key(r/k)"},
	{"Image Label", "\"k\"=", "has key(\"k\")"},
	{"Image Label", "!k=", "lacks key(k)"},
	{"Image Label", "!!k=", "lacks key(!k)"},
	{"Image Label", "k", "prefix(k)=any"},
	{"Image Label", "", "prefix()=any"},
	{"Image Label", "!", "prefix(!)=any"},
	{"Image Label", "r/K", "regex(K)=any"},
	{"Image Label", "\"k\"", "exact(k)=any"},
	{"Image Label", "=v", "any=prefix(v)"},
	{"Image Label", "=!v", "any=not prefix(v)"},
	{"Image Label", "k=v", "prefix(k)=prefix(v)"},
	{"Image Label", "k=!v", "prefix(k)=not prefix(v)"},
	{"Image Label", "k=!r/V", "prefix(k)=not regex(V)"},
	{"Image Label", "r/^a=r/p", "regex(^a)=regex(p)"},
	{"Image Label", "\"k\"=\"v=w\"", "exact(k)=exact(v=w)"},
	{"Image Label", "k=*", "prefix(k)=prefix(*)"},
	{"Image Label", "-", "prefix(-)=any"},
	{"Image Label", "!k", "!unsupported map condition"},
	{"Image Label", "!k=v", "!unsupported map condition"},
	{"Image Label", "!k=!v", "!unsupported map condition"},
	{"Image Label", "!=", "!unsupported map condition"},
	{"Image Label", "!=v", "!unsupported map condition"},
	{"Image Label", "k=!!v", "!unsupported modifier \"!!\""},

	/* labels that are for sorting, labels that images do not have */
	{"Image Risk Priority", "1", "!label is for sorting only"},
	{"CVE Count", "*", "!a derived label has no null test"},
	{"CVE Count", ">2", "> #2"},
	{"CVSS Max", ">9", "> 9"},
	{"Policy", "!!x", "unreachable"},
};

/* Append formatted text to the buffer. */
static void
__attribute__((format(printf, 2, 3)))
add(char *buffer, const char *format,...)
{
	size_t		length = strlen(buffer);
	va_list		args;

	va_start(args, format);
	vsnprintf(buffer + length, 4096 - length, format, args);
	va_end(args);
}

static void
add_match(char *buffer, const ImgcatTextMatch *match)
{
	static const char *const kinds[] = {"any", "prefix", "exact", "regex"};

	add(buffer, "%s%s", match->negated ? "not " : "", kinds[match->kind]);
	if (match->kind != IMGCAT_MATCH_NONE)
		add(buffer, "(%s)", match->str);
}

static void
add_bound(char *buffer, const ImgcatSearchBound *bound, const char *sign,
		  ImgcatSearchType type)
{
	if (!bound->present)
		return;
	add(buffer, "%s%s%s ", buffer[0] != '\0' ? " " : "", sign,
		bound->inclusive ? "=" : "");
	if (type == IMGCAT_SEARCH_TIME)
		add(buffer, "%s%" PRId64, bound->relative ? "now-" : "",
			bound->micros);
	else if (type == IMGCAT_SEARCH_INTEGER)
		add(buffer, "#%" PRId64, bound->integer);
	else
		add(buffer, "%s", bound->number);
}

/* A value as the table above spells it. */
static void
show_value(char *buffer, const ImgcatSearchLabel *label,
		   const ImgcatSearchValue *value)
{
	int			i;

	switch (value->form)
	{
		case IMGCAT_FORM_NULL:
			add(buffer, "null");
			break;
		case IMGCAT_FORM_NOT_NULL:
			add(buffer, "not null");
			break;
		case IMGCAT_FORM_TEXT:
			add_match(buffer, &value->match);
			break;
		case IMGCAT_FORM_INTERVAL:
			add_bound(buffer, &value->low, ">", label->type);
			add_bound(buffer, &value->high, "<", label->type);
			break;
		case IMGCAT_FORM_BOOL:
			add(buffer, value->boolean ? "true" : "false");
			break;
		case IMGCAT_FORM_ENUM:
			add(buffer, "{");
			for (i = 0; i < 32; i++)
			{
				if (value->members >> i & 1)
					add(buffer, "%d", i);
			}
			add(buffer, "}");
			break;
		case IMGCAT_FORM_ENUM_REGEX:
			add(buffer, "names ");
			add_match(buffer, &value->match);
			break;
		case IMGCAT_FORM_MAP:
			if (value->map_form == IMGCAT_MAP_ANY)
				add(buffer, "any");
			else if (value->map_form == IMGCAT_MAP_HAS_ENTRY)
				add(buffer, "has entry");
			else if (value->map_form == IMGCAT_MAP_HAS_KEY)
				add(buffer, "has key(%s)", value->key.str);
			else if (value->map_form == IMGCAT_MAP_LACKS_KEY)
				add(buffer, "lacks key(%s)", value->key.str);
			else
			{
				add_match(buffer, &value->key);
				add(buffer, "=");
				add_match(buffer, &value->match);
			}
			break;
	}
}

/* The groups of a query, as the table above spells them. */
static void
show_groups(char *buffer, const ImgcatSearchQuery *query)
{
	static const char *const reasons[] = {"pair", "value", "unknown", "replaced"};
	int			i;
	int			j;

	for (i = 0; i < query->ngroups; i++)
	{
		add(buffer, "%s[", query->groups[i].spelling);
		for (j = 0; j < query->groups[i].nraw; j++)
			add(buffer, "%s%s", j > 0 ? "|" : "", query->groups[i].raw[j]);
		add(buffer, "]");
	}
	for (i = 0; i < query->ndropped; i++)
		add(buffer, "-%s(%s)", reasons[query->dropped[i].reason],
			query->dropped[i].str);
}

/* All memory of a parse, freed at once. */
static void *blocks[100000];
static int	nblocks = 0;

static void *
allocate(size_t size)
{
	if (nblocks == 100000)
		return NULL;
	return blocks[nblocks++] = malloc(size);
}

static void
free_all(void)
{
	while (nblocks > 0)
		free(blocks[--nblocks]);
}

static void
test_pairs(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(pairs); i++)
	{
		size_t		length = strlen(pairs[i].query);
		char	   *str = exact_copy(pairs[i].query, length);
		char		have[4096] = "";
		ImgcatSearchQuery query;
		ImgcatSearchError error;

		/* the split is the same whether or not a value suits its label */
		imgcat_parse_container_search(str, length, allocate, &query, &error);
		show_groups(have, &query);
		if (!ok(strcmp(have, pairs[i].groups) == 0, "pairs of %s",
				pairs[i].query))
			printf("# have %s\n# want %s\n", have, pairs[i].groups);
		free(str);
		free_all();
	}
}

static void
test_values(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(values); i++)
	{
		char		str[1024];
		char		have[4096] = "";
		ImgcatSearchQuery query;
		ImgcatSearchError error;

		/* a second value keeps white space and emptiness of the first */
		snprintf(str, sizeof(str), "%s:0,%s,0", values[i].label,
				 values[i].value);
		if (strcmp(values[i].label, "Fixable") != 0 &&
			strcmp(values[i].label, "Severity") != 0 &&
			values[i].value[0] != '\0' && values[i].value[0] != ' ')
			snprintf(str, sizeof(str), "%s:%s", values[i].label,
					 values[i].value);
		if (!imgcat_parse_container_search(str, strlen(str), allocate,
										   &query, &error))
			add(have, "!%s", error.message);
		else if (query.nreachable == 0)
			add(have, "unreachable");
		else
			show_value(have, query.groups[0].label,
					   &query.groups[0].values[query.groups[0].nvalues > 1]);
		if (!ok(strcmp(have, values[i].condition) == 0, "%s", str))
			printf("# have %s\n# want %s\n", have, values[i].condition);
		free_all();
	}
}

/* The label table is sorted, or the binary search would miss. */
static void
test_labels(void)
{
	const ImgcatSearchLabel *label;
	int			missed = 0;
	int			reachable = 0;
	int			i;

	for (i = 0; (label = imgcat_search_label_at(i)) != NULL; i++)
	{
		if (imgcat_search_label(label->name, strlen(label->name)) != label)
			missed++;
		if (label->table != IMGCAT_SEARCH_UNREACHABLE)
			reachable++;
	}
	ok(missed == 0, "every label is found by its name");
	ok(i == 390, "390 labels, have %d", i);
	ok(reachable == 75, "75 labels reach images, have %d", reachable);
	ok(imgcat_search_label("cve", 3) == imgcat_search_label("CVE", 3),
	   "case does not count");
	ok(imgcat_search_label("cves", 4) == NULL, "no such label");
	ok(imgcat_search_label("", 0) == NULL, "no label without a name");
}

/* A label in more spellings than a query may have conditions. */
static void
test_many_labels(void)
{
	static const char name[] = "Image Registry";
	ImgcatSearchQuery query;
	ImgcatSearchError error;
	char		str[(IMGCAT_SEARCH_MAX_GROUPS + 1) * (sizeof(name) + 3)];
	size_t		length = 0;
	int			i;
	int			bit;

	for (i = 0; i <= IMGCAT_SEARCH_MAX_GROUPS; i++)
	{
		memcpy(str + length, name, sizeof(name) - 1);
		for (bit = 0; bit < 7; bit++)
			str[length + 6 + bit] ^= (i >> bit & 1) ? ' ' : 0;
		length += sizeof(name) - 1;
		memcpy(str + length, ":x+", 3);
		length += 3;
		if (i == IMGCAT_SEARCH_MAX_GROUPS - 1)
			ok(imgcat_parse_container_search(str, length - 1, allocate,
											 &query, &error) &&
			   query.ngroups == IMGCAT_SEARCH_MAX_GROUPS,
			   "just enough conditions");
	}
	ok(!imgcat_parse_container_search(str, length - 1, allocate, &query,
									  &error) && error.too_large,
	   "too many conditions");
	free_all();
}

/* Limits and odd input. */
static void
test_limits(void)
{
	ImgcatSearchQuery query;
	ImgcatSearchError error;
	char	   *str;
	size_t		length;

	length = strlen("CVE:") + IMGCAT_SEARCH_MAX_VALUES;
	str = malloc(length);
	memcpy(str, "CVE:", 4);
	memset(str + 4, ',', length - 4);
	ok(!imgcat_parse_container_search(str, length, allocate, &query, &error) &&
	   error.too_large, "too many values");
	free_all();
	ok(imgcat_parse_container_search(str, length - 1, allocate, &query,
									 &error), "just enough values");
	free_all();
	free(str);
	test_many_labels();
	ok(!imgcat_parse_container_search("CVE:\0x", 6, allocate, &query, &error),
	   "a null byte");
	ok(imgcat_parse_container_search(" \t ", 3, allocate, &query, &error) &&
	   query.blank, "blank");
	ok(imgcat_parse_container_search("x", 1, allocate, &query, &error) &&
	   !query.blank, "not blank");
	free_all();
	nblocks = 100000;
	ok(!imgcat_parse_container_search("CVE:x", 5, allocate, &query, &error) &&
	   error.message == NULL, "no memory");
	nblocks = 0;
}

int
main(void)
{
	test_pairs();
	test_values();
	test_labels();
	test_limits();
	return done_testing();
}
