/*
 * Writes all vectors into the folder named on the command line. Every key is derived from a string in
 * tests/fixture, and randomness is fixed: the same bytes come out each time, and none is a secret.
 */
#include "tests/vectors/make.h"

#include <stdio.h>

#include <sodium.h>

#include "common/macros.h"
#include "tests/fixture/fixture_random.h"

int main(int argc, char **argv)
{
	static void (*const makers[])(const char *folder) = {make_keyset, make_request,
		make_certificate, make_token, make_manifest, make_approval, make_part, make_entry,
		make_offer, make_grant, make_receipt, make_sync, make_head, make_publication, make_keyfile,
		make_value, make_story, make_reply, make_answer};

	fixture_fix_random();
	if (argc != 2 || sodium_init() < 0) {
		(void)fprintf(stderr, "usage: certwire-vectors FOLDER\n");
		return 2;
	}
	for (size_t i = 0; i < ARRAY_LEN(makers); i++)
		makers[i](argv[1]);
	return 0;
}
