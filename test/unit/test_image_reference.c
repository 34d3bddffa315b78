/*-------------------------------------------------------------------------
 *
 * test_image_reference.c
 *		Names of container images: what is accepted, and what it becomes.
 *
 * test/unit/test_image_reference.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/image_reference.h"
#include "tap.h"

#define A32 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A64 A32 A32
#define D64 "sha256:" A64
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X128 X64 X64

/* A name, and registry|remote|tag|digest|full name, or the cause of refusal. */
static const struct
{
	const char *name;
	const char *parts;
}			cases[] = {
	{"nginx", "docker.io|library/nginx|latest||docker.io/library/nginx:latest"},
	{"nginx:1.25", "docker.io|library/nginx|1.25||docker.io/library/nginx:1.25"},
	{"library/nginx:latest", "docker.io|library/nginx|latest||docker.io/library/nginx:latest"},
	{"docker.io/nginx", "docker.io|library/nginx|latest||docker.io/library/nginx:latest"},
	{"docker.io/library/nginx", "docker.io|library/nginx|latest||docker.io/library/nginx:latest"},
	{"index.docker.io/nginx", "docker.io|library/nginx|latest||docker.io/library/nginx:latest"},
	{"index.docker.io/a/b", "docker.io|a/b|latest||docker.io/a/b:latest"},
	{"quay.io/nginx", "quay.io|nginx|latest||quay.io/nginx:latest"},
	{"stackrox.io/main:1.0@" D64, "stackrox.io|main|1.0|" D64 "|stackrox.io/main:1.0@" D64},
	{"nginx@" D64, "docker.io|library/nginx||" D64 "|docker.io/library/nginx@" D64},
	{"user/app", "docker.io|user/app|latest||docker.io/user/app:latest"},
	{"quay.io/org/team/app:v1", "quay.io|org/team/app|v1||quay.io/org/team/app:v1"},
	{"localhost/app", "localhost|app|latest||localhost/app:latest"},
	{"localhost:5000/app", "localhost:5000|app|latest||localhost:5000/app:latest"},
	{"reg.corp:8443/a/b:t", "reg.corp:8443|a/b|t||reg.corp:8443/a/b:t"},
	{"MYREG/app", "MYREG|app|latest||MYREG/app:latest"},
	{"image.with.dots:1", "docker.io|library/image.with.dots|1||docker.io/library/image.with.dots:1"},
	{"nginx:TAG_1.0-x", "docker.io|library/nginx|TAG_1.0-x||docker.io/library/nginx:TAG_1.0-x"},
	{"nginx:_", "docker.io|library/nginx|_||docker.io/library/nginx:_"},
	{D64, "|||" D64 "|" D64},
	{A64, "|||" D64 "|" D64},
	{"sha512:" A64 A64, "|||sha512:" A64 A64 "|sha512:" A64 A64},
	{"sha384:" A64 A32, "|||sha384:" A64 A32 "|sha384:" A64 A32},
	{"sha256:abcd", "docker.io|library/sha256|abcd||docker.io/library/sha256:abcd"},
	{"[fe80::1]:5000/debian", "[fe80::1]:5000|debian|latest||[fe80::1]:5000/debian:latest"},
	{"[FE80::1]/debian", "[FE80::1]|debian|latest||[FE80::1]/debian:latest"},
	{"a-b--c/d__e_f.g", "docker.io|a-b--c/d__e_f.g|latest||docker.io/a-b--c/d__e_f.g:latest"},
	{"x.y/z", "x.y|z|latest||x.y/z:latest"},
	{"1.2.3.4:80/z", "1.2.3.4:80|z|latest||1.2.3.4:80/z:latest"},
	{A64 "a", "docker.io|library/" A64 "a|latest||docker.io/library/" A64 "a:latest"},

	{"NGINX", "!(library/NGINX) repository name must be lowercase"},
	{"quay.io/Org/app", "!(Org/app) repository name must be lowercase"},
	{"nginx/App:x", "!(nginx/App) repository name must be lowercase"},
	{"Nginx@" D64, "!(library/Nginx@sha256) repository name must be lowercase"},
	{"a/b:1/C", "!invalid reference format"},
	{"nginx:.bad", "!invalid reference format"},
	{"nginx:-bad", "!invalid reference format"},
	{"nginx:", "!invalid reference format"},
	{"nginx@", "!invalid reference format"},
	{"nginx:1:2", "!invalid reference format"},
	{"nginx@" D64 "@" D64, "!invalid reference format"},
	{"nginx@sha256:" A32 "aaaaaaaa", "!invalid checksum digest length"},
	{"nginx@sha256:aaaa", "!invalid reference format"},
	{"nginx@sha256:" A32 A32 "a", "!invalid checksum digest length"},
	{"nginx@sha256:" A32 "A" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "!invalid checksum digest format"},
	{"nginx@md5:" A32, "!unsupported digest algorithm"},
	{"nginx@a+b.c-d_e:" A32, "!unsupported digest algorithm"},
	{"nginx:1@MD5:" A32, "!invalid checksum digest format"},
	{"nginx@+b:" A32, "!invalid reference format"},
	{"nginx@a++b:" A32, "!invalid reference format"},
	{"docker///docker", "!invalid reference format"},
	{"docker-/docker", "!invalid reference format"},
	{"-docker/docker", "!invalid reference format"},
	{"dock_.er/docker", "!invalid reference format"},
	{"dock___er/docker", "!invalid reference format"},
	{"a..b/c", "!invalid reference format"},
	{"docker/", "!invalid reference format"},
	{"/docker", "!invalid reference format"},
	{"/", "!invalid reference format"},
	{"[fe80::1%eth0]:5000/debian", "!invalid reference format"},
	{"[]/debian", "!invalid reference format"},
	{"[::1/debian", "!invalid reference format"},
	{"[::1]x/debian", "!invalid reference format"},
	{"x:/debian", "!invalid reference format"},
	{"x:80a/debian", "!invalid reference format"},
	{"-x.y/debian", "!invalid reference format"},
	{"x-.y/debian", "!invalid reference format"},
	{"x..y/debian", "!invalid reference format"},
	{"https://quay.io/nginx", "!invalid reference format"},
	{" nginx", "!invalid reference format"},
	{"nginx ", "!invalid reference format"},
	{"", "!invalid reference format"},
	{"n\xC3\xA9", "!invalid reference format"},
	{X128 X128, "!repository name must not be more than 255 characters"},
	{"q.io/" X128 X64 X64, "!repository name must not be more than 255 characters"},
	{"nginx:" X128, "docker.io|library/nginx|" X128 "||docker.io/library/nginx:" X128},
	{"nginx:" X128 "x", "!invalid reference format"},
};

/* Append a part to the buffer. */
static void
add(char *buffer, ImgcatReferencePart part)
{
	strncat(buffer, part.at, part.length);
}

/* The parts of a reference, as the cases spell them. */
static void
show_parts(char *buffer, const ImgcatImageReference *reference)
{
	add(buffer, reference->registry);
	strcat(buffer, "|");
	if (reference->official)
		strcat(buffer, "library/");
	add(buffer, reference->path);
	strcat(buffer, "|");
	add(buffer, reference->tag);
	strcat(buffer, "|");
	if (reference->bare_hex)
		strcat(buffer, "sha256:");
	add(buffer, reference->digest);
	strcat(buffer, "|");
}

int
main(void)
{
	size_t		i;

	for (i = 0; i < lengthof_array(cases); i++)
	{
		size_t		length = strlen(cases[i].name);
		char	   *name = exact_copy(cases[i].name, length);
		char		parts[4096] = "";
		char		full[2048];
		size_t		full_length;
		ImgcatImageReference reference;
		ImgcatReferenceError error;

		error = imgcat_image_reference_parse(name, length, &reference);
		if (error == IMGCAT_REFERENCE_OK)
		{
			ImgcatImageReference again;
			char		split[4096] = "";

			full_length = imgcat_image_reference_write(&reference, full);
			full[full_length] = '\0';
			ok(full_length <= length + IMGCAT_REFERENCE_GROWTH,
			   "room for %.60s", cases[i].name);
			show_parts(parts, &reference);
			strcat(parts, full);
			/* the full name has the same parts, and is its own full name */
			imgcat_image_reference_split(full, full_length, &again);
			show_parts(split, &again);
			strcat(split, full);
			ok(strcmp(split, cases[i].parts) == 0, "split %s", full);
		}
		else
		{
			strcpy(parts, "!");
			if (error == IMGCAT_REFERENCE_UPPERCASE)
			{
				strcat(parts, "(");
				if (reference.official)
					strcat(parts, "library/");
				add(parts, reference.path);
				strcat(parts, ") ");
			}
			strcat(parts, imgcat_image_reference_message(error));
		}
		if (!ok(strcmp(parts, cases[i].parts) == 0, "%.200s", cases[i].name))
			printf("# have %s\n# want %s\n", parts, cases[i].parts);
		free(name);
	}
	return done_testing();
}
