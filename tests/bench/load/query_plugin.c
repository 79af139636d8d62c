/*
 * What people otherwise run: a plugin that asks PostgreSQL at every check, on the broker's own thread. For
 * comparison alone; it waits for the database, as such plugins do.
 */
#include <libpq-fe.h>
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT int mosquitto_plugin_version(int count, const int *versions);
EXPORT int mosquitto_plugin_init(
	mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count);
EXPORT int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count);

struct plugin {
	PGconn *pg;
	mosquitto_plugin_id_t *id;
};

/* Whether the prepared statement finds a row. */
static bool found(struct plugin *plugin, const char *statement, const char *a, const char *b)
{
	const char *const values[] = {a, b};
	PGresult *result;
	bool yes;

	if (!a || !b)
		return false;
	result = PQexecPrepared(plugin->pg, statement, 2, values, NULL, NULL, 0);
	yes = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
	PQclear(result);
	return yes;
}

static int on_auth(int event, void *data, void *userdata)
{
	const struct mosquitto_evt_basic_auth *auth = data;

	(void)event;
	return found(userdata, "auth", auth->username, auth->password) ? MOSQ_ERR_SUCCESS
																   : MOSQ_ERR_AUTH;
}

static int on_acl(int event, void *data, void *userdata)
{
	const struct mosquitto_evt_acl_check *check = data;
	const char *statement = check->access == MOSQ_ACL_WRITE ? "write" : "read";

	(void)event;
	return found(userdata, statement, mosquitto_client_username(check->client), check->topic)
			   ? MOSQ_ERR_SUCCESS
			   : MOSQ_ERR_ACL_DENIED;
}

static bool prepare(PGconn *pg, const char *name, const char *sql)
{
	PGresult *result = PQprepare(pg, name, sql, 2, NULL);
	bool done = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	return done;
}

int mosquitto_plugin_version(int count, const int *versions)
{
	for (int i = 0; i < count; i++)
		if (versions[i] == 5)
			return 5;
	return -1;
}

static PGconn *connect_database(const char *dsn)
{
	PGconn *pg = PQconnectdb(dsn);

	if (PQstatus(pg) == CONNECTION_OK &&
		prepare(pg, "auth", "SELECT 1 FROM client WHERE name = $1 AND password = $2") &&
		prepare(pg, "read", "SELECT 1 FROM acl WHERE name = $1 AND topic = $2 AND may_read") &&
		prepare(pg, "write", "SELECT 1 FROM acl WHERE name = $1 AND topic = $2 AND may_write"))
		return pg;
	mosquitto_log_printf(MOSQ_LOG_ERR, "query_plugin: %s", PQerrorMessage(pg));
	PQfinish(pg);
	return NULL;
}

int mosquitto_plugin_init(
	mosquitto_plugin_id_t *id, void **userdata, struct mosquitto_opt *options, int count)
{
	struct plugin *plugin = calloc(1, sizeof(*plugin));
	char dsn[512] = "";

	for (int i = 0; i < count; i++)
		if (!strcmp(options[i].key, "dsn"))
			strncpy(dsn, options[i].value, sizeof(dsn) - 1);
	setenv("PGAPPNAME", "query_plugin", 1);
	if (!plugin)
		return MOSQ_ERR_NOMEM;
	plugin->id = id;
	plugin->pg = connect_database(dsn);
	if (!plugin->pg) {
		free(plugin);
		return MOSQ_ERR_UNKNOWN;
	}
	*userdata = plugin;
	mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, on_auth, NULL, plugin);
	return mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, on_acl, NULL, plugin);
}

int mosquitto_plugin_cleanup(void *userdata, struct mosquitto_opt *options, int count)
{
	struct plugin *plugin = userdata;

	(void)options;
	(void)count;
	mosquitto_callback_unregister(plugin->id, MOSQ_EVT_BASIC_AUTH, on_auth, NULL);
	mosquitto_callback_unregister(plugin->id, MOSQ_EVT_ACL_CHECK, on_acl, NULL);
	PQfinish(plugin->pg);
	free(plugin);
	return MOSQ_ERR_SUCCESS;
}
