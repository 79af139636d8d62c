/*
 * Does on purpose what its argument names: overflow, freed, leak, undefined or race. Nothing a compiler could see
 * through: what it works on comes from the command line.
 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int shared;

static void *race(void *count)
{
	for (int i = 0; i < *(int *)count; i++)
		shared++;
	return NULL;
}

static int two_at_once(int count)
{
	pthread_t other;

	if (pthread_create(&other, NULL, race, &count) != 0)
		return 1;
	race(&count);
	pthread_join(other, NULL);
	return shared == 0;
}

static int past_the_end(int argc)
{
	char *memory = malloc((size_t)argc);

	if (!memory)
		return 1;
	memset(memory, 1, (size_t)argc);
	argc = memory[argc];
	free(memory);
	return argc;
}

static int after_free(int argc)
{
	char *memory = calloc(1, (size_t)argc);
	char *volatile again = memory;

	free(memory);
	return again ? again[0] : 1;
}

static int lost(int argc)
{
	char *volatile memory = malloc((size_t)argc * 100);

	memory = NULL;
	return memory != NULL;
}

int main(int argc, char **argv)
{
	const char *what = argc == 2 ? argv[1] : "";

	if (strcmp(what, "overflow") == 0)
		return past_the_end(argc);
	if (strcmp(what, "freed") == 0)
		return after_free(argc);
	if (strcmp(what, "leak") == 0)
		return lost(argc);
	if (strcmp(what, "undefined") == 0)
		return INT_MAX - 1 + argc == 0;
	if (strcmp(what, "race") == 0)
		return two_at_once(argc * 100000);
	(void)fprintf(stderr, "usage: %s overflow|freed|leak|undefined|race\n", argv[0]);
	return 2;
}
