/*-------------------------------------------------------------------------
 *
 * test_uuid.c
 *		Spellings of a UUID.
 *
 * test/unit/test_uuid.c
 *
 *-------------------------------------------------------------------------
 */
#include "query/uuid.h"

#include <string.h>

#include "tap.h"

typedef struct UuidCase
{
	const char *str;
	bool		canonical;		/* as the API spells it, case aside */
	bool		readable;		/* as PostgreSQL takes it */
}			UuidCase;

static const UuidCase cases[] = {
	{"00112233-4455-6677-8899-aabbccddeeff", true, true},
	{"00112233-4455-6677-8899-AABBCCDDEEFF", true, true},
	{"00112233445566778899aabbccddeeff", false, true},
	{"{00112233-4455-6677-8899-aabbccddeeff}", false, true},
	{"{00112233445566778899aabbccddeeff}", false, true},
	{"0011-2233-4455-6677-8899-aabb-ccdd-eeff", false, true},
	{"0011223344556677-8899aabbccddeeff", false, true},
	{"", false, false},
	{"{", false, false},
	{"{}", false, false},
	{"00112233445566778899aabbccddeef", false, false},
	{"00112233445566778899aabbccddeeff0", false, false},
	{"00112233-4455-6677-8899-aabbccddeeff-", false, false},
	{"-00112233445566778899aabbccddeeff", false, false},
	{"00112233--4455-6677-8899-aabbccddeeff", false, false},
	{"001-12233445566778899aabbccddeeff", false, false},
	{"{00112233-4455-6677-8899-aabbccddeeff", false, false},
	{"00112233-4455-6677-8899-aabbccddeeff}", false, false},
	{"00112233-4455-6677-8899-aabbccddeefg", false, false},
	{" 00112233445566778899aabbccddeeff", false, false},
};

int
main(void)
{
	static const unsigned char value[16] = {
		0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
		0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		const		UuidCase *c = &cases[i];
		unsigned char uuid[16];
		bool		good;

		good = imgcat_parse_uuid(c->str, strlen(c->str), uuid);
		ok(good == c->canonical && (!good || memcmp(uuid, value, 16) == 0),
		   "\"%s\" as the API spells it", c->str);
		good = imgcat_read_uuid(c->str, strlen(c->str), uuid);
		ok(good == c->readable && (!good || memcmp(uuid, value, 16) == 0),
		   "\"%s\" as PostgreSQL takes it", c->str);
	}
	return done_testing();
}
