#include "subscriber/folder.h"

#include "common/approval.h"
#include "common/cleanup.h"
#include "common/clock.h"
#include "common/file.h"
#include "common/publication.h"
#include "subscriber/keysets.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct checking {
	int dir; /* borrowed */
	int proof; /* owned: .certwire */
	struct folder *folder;
	folder_line *line;
	void *context;
};

void folder_release(struct folder *folder)
{
	keyring_release(&folder->ring);
	entry_release(&folder->entry);
	buf_release(&folder->manifest_bytes);
	manifest_release(&folder->manifest);
	*folder = (struct folder){.signers = ""};
}

static void checking_release(struct checking *checking)
{
	cleanup_fd(&checking->proof);
}

static bool check_keysets(struct checking *checking, char *detail, size_t size, struct err *err)
{
	auto_buf struct buf text = BUF_INIT(KEYSETS_FILE_MAX);
	const struct keyring *ring = &checking->folder->ring;
	const struct keyset *newest;

	if (!file_read_at(checking->proof, FOLDER_KEYSETS, KEYSETS_FILE_MAX, &text, err) ||
		!keysets_import(text.data, text.len, &checking->folder->ring, err))
		return false;
	newest = keyring_newest(ring);
	if (!newest)
		return err_set(err, ERR_DATA, "'%s' holds no keyset", FOLDER_KEYSETS);
	(void)snprintf(detail, size, "%zu, newest version %lld, from root %.11s…", ring->count,
		(long long)newest->version, ring->pinned.text);
	return true;
}

static bool check_entry(struct checking *checking, char *detail, size_t size, struct err *err)
{
	auto_buf struct buf jws = BUF_INIT(LIMIT_ENTRY_JWS);
	struct entry *entry = &checking->folder->entry;
	const struct keyset *newest = keyring_newest(&checking->folder->ring);
	char when[CLOCK_TEXT_SIZE];

	if (!file_read_at(checking->proof, FOLDER_ENTRY, LIMIT_ENTRY_JWS, &jws, err) ||
		!entry_parse(jws.data, jws.len, entry, err) || !entry_verify(entry, newest, err))
		return false;
	if (entry->kind == KIND_VOID)
		return err_set(err, ERR_DATA, "the entry is void: it names no publication");
	(void)snprintf(detail, size, "%s number %lld of epoch %lld, issued %s", entry->unit,
		(long long)entry->number, (long long)entry->epoch, clock_format(entry->issued_at, when));
	return true;
}

static bool check_manifest(struct checking *checking, char *detail, size_t size, struct err *err)
{
	struct folder *folder = checking->folder;
	struct digest digest;

	if (!file_read_at(
			checking->proof, FOLDER_MANIFEST, LIMIT_MANIFEST, &folder->manifest_bytes, err))
		return false;
	digest = digest_of(folder->manifest_bytes.data, folder->manifest_bytes.len);
	if (!digest_equal(&digest, &folder->entry.manifest))
		return err_code(err, REFUSAL_MANIFEST_DIGEST, "the manifest is not the entry's");
	(void)digest_hex(&digest, detail);
	(void)size;
	return true;
}

static bool name_signers(struct folder *folder, struct err *err)
{
	const struct keyset *newest = keyring_newest(&folder->ring);
	const struct keyset_key *signer;
	size_t used = 0;

	folder->signers[0] = '\0';
	for (size_t i = 0; i < folder->entry.signature_count; i++) {
		int n;

		if (!approval_verify(folder->entry.signatures[i], &folder->entry.manifest, newest,
				folder->entry.issued_at, &signer, err))
			return false;
		n = snprintf(folder->signers + used, sizeof folder->signers - used, "%s%s",
			used ? ", " : "", signer->name);
		used += (size_t)n < sizeof folder->signers - used ? (size_t)n : 0;
	}
	return true;
}

static bool check_editors(struct checking *checking, char *detail, size_t size, struct err *err)
{
	struct folder *folder = checking->folder;

	if (!publication_judge(&folder->entry, folder->manifest_bytes.data, folder->manifest_bytes.len,
			&folder->ring, TIME_NONE, INT64_MAX, &folder->manifest, err) ||
		!name_signers(folder, err))
		return false;
	(void)snprintf(detail, size, "%s", folder->signers);
	return true;
}

static bool digest_file(int fd, int64_t *ret_bytes, struct digest *ret, struct err *err)
{
	uint8_t chunk[64 * 1024];
	struct digest_state state;
	int64_t bytes = 0;
	ssize_t n;

	digest_init(&state);
	while ((n = read(fd, chunk, sizeof chunk)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, "cannot read");
		digest_update(&state, chunk, (size_t)n);
		bytes += n;
	}
	*ret_bytes = bytes;
	*ret = digest_final(&state);
	return true;
}

static bool check_file(struct checking *checking, const struct manifest_file *file, struct err *err)
{
	auto_fd int fd =
		openat(checking->dir, file->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct digest digest;
	struct stat st;
	int64_t bytes;

	if (fd < 0)
		return err_errno(err, "cannot open");
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return err_code(err, REFUSAL_FILE_CONTENT, "no regular file");
	if (!digest_file(fd, &bytes, &digest, err))
		return false;
	if (bytes != file->size_bytes || !digest_equal(&digest, &file->digest))
		return err_code(err, REFUSAL_FILE_CONTENT, "size or digest is not the manifest's");
	return true;
}

static bool is_in_manifest(const struct manifest *manifest, const char *name)
{
	for (size_t i = 0; i < manifest->file_count; i++) {
		if (strcmp(manifest->files[i].name, name) == 0)
			return true;
	}
	return false;
}

static bool check_strangers(struct checking *checking, char *detail, size_t size, struct err *err)
{
	auto_dir DIR *dir = NULL;
	int fd = openat(checking->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "cannot read the folder");
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return err_errno(err, "cannot read the folder");
	}
	for (struct dirent *entry; (entry = readdir(dir));) {
		const char *name = entry->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && strcmp(name, FOLDER_PROOF) != 0 &&
			!is_in_manifest(&checking->folder->manifest, name))
			return err_set(err, ERR_DATA, "'%s' is not of this publication", ERR_QUOTED(name));
	}
	(void)snprintf(detail, size, "%zu", checking->folder->manifest.file_count);
	return true;
}

struct check {
	const char *what;
	bool (*run)(struct checking *checking, char *detail, size_t size, struct err *err);
};

static bool run_check(struct checking *checking, const struct check *check, struct err *err)
{
	char detail[FOLDER_SIGNERS_SIZE] = "";
	bool good = check->run(checking, detail, sizeof detail, err);

	if (checking->line)
		checking->line(checking->context, good, check->what, good ? detail : err->text);
	return good;
}

/* All files are looked at, so that a person sees each one that is wrong. */
static bool check_files(struct checking *checking, struct err *err)
{
	static const struct check strangers = {"files", check_strangers};
	const struct manifest *manifest = &checking->folder->manifest;
	bool all_good = true;

	for (size_t i = 0; i < manifest->file_count; i++) {
		struct err why;
		bool good = check_file(checking, &manifest->files[i], &why);
		char text[32];

		(void)snprintf(text, sizeof text, "%lld bytes", (long long)manifest->files[i].size_bytes);
		if (checking->line)
			checking->line(
				checking->context, good, manifest->files[i].name, good ? text : why.text);
		if (!good && all_good) {
			(void)err_context(&why, "'%s'", manifest->files[i].name);
			*err = why;
		}
		all_good = all_good && good;
	}
	return all_good && run_check(checking, &strangers, err);
}

bool folder_verify(int dir, const struct fingerprint *root, folder_line *line, void *context,
	struct folder *ret, struct err *err)
{
	static const struct check checks[] = {
		{"keysets", check_keysets},
		{"entry", check_entry},
		{"manifest", check_manifest},
		{"editors", check_editors},
	};
	auto_folder struct folder folder = {.signers = ""};
	struct checking checking CLEANUP(checking_release) = {
		.dir = dir, .proof = -1, .folder = &folder, .line = line, .context = context};

	keyring_init(&folder.ring, root);
	buf_init(&folder.manifest_bytes, LIMIT_MANIFEST);
	if (!file_open_dir_at(dir, FOLDER_PROOF, &checking.proof, err))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		if (!run_check(&checking, &checks[i], err))
			return false;
	}
	if (!check_files(&checking, err))
		return false;
	*ret = folder;
	folder = (struct folder){.signers = ""};
	return true;
}

bool folder_load(int dir, const struct fingerprint *root, struct folder *ret, struct err *err)
{
	return folder_verify(dir, root, NULL, NULL, ret, err);
}
