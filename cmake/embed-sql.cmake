# Run as a script: writes OUT/embedded.c and OUT/embedded.h from DIR/queries and DIR/migrations.
# Arrays of characters, because C promises no more than 4095 of them in a literal and SQL is full of
# quotes; spelled '\xe5', because a plain 0xe5 does not fit a signed char.

function(read_as_bytes path ret)
    file(READ "${path}" hex HEX)
    # Sixteen bytes a line.
    string(REGEX REPLACE "([0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f])"
        "\\1 " hex "${hex}")
    string(REGEX REPLACE "([0-9a-f]+ [0-9a-f]+ [0-9a-f]+ [0-9a-f]+) " "\\1\n\t" hex "${hex}")
    string(REGEX REPLACE "([0-9a-f][0-9a-f]) ?" "'\\\\x\\1'," bytes "${hex}")
    set(${ret} "\t${bytes}'\\0',\n" PARENT_SCOPE)
endfunction()

file(GLOB queries "${DIR}/queries/*.sql")
file(GLOB migrations "${DIR}/migrations/*.sql")
list(SORT queries)
list(SORT migrations)

set(header [=[
/* Generated from db/queries and db/migrations: SQL text as NUL-terminated strings. */
#ifndef CERTWIRE_DB_EMBEDDED_H
#define CERTWIRE_DB_EMBEDDED_H

#include <stddef.h>

struct sql_migration {
	int version;
	const char *name;
	const char *text;
};

/* In ascending order of version, without gaps, from 1. */
extern const struct sql_migration sql_migrations[];
extern const size_t sql_migration_count;

]=])
set(code "#include \"db/embedded.h\"\n\n")

foreach(path IN LISTS queries)
    get_filename_component(name "${path}" NAME_WE)
    string(REPLACE "-" "_" name "${name}")
    if(NOT name MATCHES "^[a-z][a-z0-9_]*$")
        message(FATAL_ERROR "'${path}': a query file is named like a C identifier in lower case")
    endif()
    read_as_bytes("${path}" bytes)
    string(APPEND header "extern const char sql_${name}[];\n")
    string(APPEND code "const char sql_${name}[] = {\n${bytes}};\n\n")
endforeach()

set(rows "")
set(count 0)
foreach(path IN LISTS migrations)
    get_filename_component(file "${path}" NAME_WE)
    if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_-]+)$")
        message(FATAL_ERROR "'${path}': a migration is named NNNN_name.sql")
    endif()
    set(digits "${CMAKE_MATCH_1}")
    set(name "${CMAKE_MATCH_2}")
    math(EXPR count "${count} + 1")
    string(REGEX REPLACE "^0+" "" version "${digits}")
    if(NOT version STREQUAL count)
        message(FATAL_ERROR "'${path}': migrations are numbered 0001, 0002, ...; expected ${count}")
    endif()
    read_as_bytes("${path}" bytes)
    string(APPEND code "static const char migration_${digits}[] = {\n${bytes}};\n\n")
    string(APPEND rows "\t{${version}, \"${name}\", migration_${digits}},\n")
endforeach()

string(APPEND header "\n#endif\n")
string(APPEND code "const struct sql_migration sql_migrations[] = {\n${rows}\t{0, NULL, NULL},\n};\n\n"
    "const size_t sql_migration_count = ${count};\n")

file(WRITE "${OUT}/embedded.h" "${header}")
file(WRITE "${OUT}/embedded.c" "${code}")
