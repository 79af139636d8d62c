# certwire_embed_sql(TARGET DIR): makes DIR/queries/*.sql and DIR/migrations/NNNN_*.sql part of the
#   library TARGET (and its plain variant) and writes "db/embedded.h", which declares them.
function(certwire_embed_sql target dir)
    file(GLOB queries CONFIGURE_DEPENDS "${dir}/queries/*.sql")
    file(GLOB migrations CONFIGURE_DEPENDS "${dir}/migrations/*.sql")
    set(out "${PROJECT_BINARY_DIR}/generated/db")
    set(script "${PROJECT_SOURCE_DIR}/cmake/embed-sql.cmake")
    add_custom_command(
        OUTPUT "${out}/embedded.c" "${out}/embedded.h"
        COMMAND "${CMAKE_COMMAND}" "-DDIR=${dir}" "-DOUT=${out}" -P "${script}"
        DEPENDS ${queries} ${migrations} "${script}"
        COMMENT "Embedding SQL of ${dir}" VERBATIM)
    target_sources(${target} PRIVATE "${out}/embedded.c" "${out}/embedded.h")
    if(CERTWIRE_SANITIZE)
        target_sources(${target}_plain PRIVATE "${out}/embedded.c" "${out}/embedded.h")
    endif()
    # Only one of the two targets may be the one that runs the generator.
    if(CERTWIRE_SANITIZE)
        add_dependencies(${target}_plain ${target})
    endif()
endfunction()
