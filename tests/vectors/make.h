/*
 * Each writes the files of vectors of some objects into a folder.
 */
#ifndef CERTWIRE_TESTS_VECTORS_MAKE_H
#define CERTWIRE_TESTS_VECTORS_MAKE_H

void make_keyset(const char *folder);
void make_request(const char *folder);
void make_certificate(const char *folder);
void make_token(const char *folder);
void make_manifest(const char *folder);
void make_approval(const char *folder);
void make_part(const char *folder);
void make_entry(const char *folder);
void make_offer(const char *folder);
void make_grant(const char *folder);
void make_receipt(const char *folder);
void make_reply(const char *folder);
void make_answer(const char *folder);
void make_sync(const char *folder);
void make_head(const char *folder);
void make_publication(const char *folder);
void make_story(const char *folder);
void make_keyfile(const char *folder);
void make_value(const char *folder);

#endif
