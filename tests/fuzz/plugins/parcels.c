#include "tests/fuzz/plugins/parcels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/plugins/stage.h"

enum { FILL = 'x' };

void *parcels_payload(size_t size)
{
	void *payload = size > 0 ? malloc(size) : NULL;

	demand(payload || size == 0, "there is memory");
	if (payload)
		memset(payload, FILL, size);
	return payload;
}

bool parcels_have_room(const struct parcels *parcels)
{
	return parcels->end - parcels->begin < PARCELS_MAX;
}

void parcels_add(struct parcels *parcels, const struct mosquitto *client, size_t size)
{
	size_t at = parcels->end++ % PARCELS_MAX;

	(void)snprintf(
		parcels->sent[at].client_id, sizeof(parcels->sent[at].client_id), "%s", client->id);
	parcels->sent[at].size = size;
}

static void compare(struct parcels *parcels, const struct parcel *parcel)
{
	size_t at = parcels->begin++ % PARCELS_MAX;

	demand(parcels->begin <= parcels->end, "the writer has nothing that nobody sent");
	demand(strcmp(parcel->client_id, parcels->sent[at].client_id) == 0 &&
			   parcel->len == parcels->sent[at].size,
		"the writer has what was sent, in order");
	demand(strncmp(parcel->client_id, parcel->unit, strlen(parcel->unit)) == 0 &&
			   parcel->client_id[strlen(parcel->unit)] == '.',
		"a parcel is in the name of its sender's unit");
	for (size_t i = 0; i < parcel->len; i++)
		demand(parcel->jws[i] == FILL, "a parcel is as it was sent");
}

void parcels_take(struct parcels *parcels, size_t many)
{
	struct writer *writer = stage()->writer;
	struct batch *batch = &writer->batch;
	struct presence_word word;

	while (many-- > 0 && batch->count < BATCH_MAX) {
		struct parcel *parcel = tray_take(writer->tray);

		if (!parcel)
			break;
		batch->parcels[batch->count++] = parcel;
		compare(parcels, parcel);
	}
	while (presence_take(writer->presence, &word))
		demand(ident_is_unit(word.unit, strlen(word.unit)) &&
				   ident_is_device(word.device, strlen(word.device)),
			"who is here is a device");
}

void parcels_done(void)
{
	batch_clear(&stage()->writer->batch, stage()->writer->tray);
}
