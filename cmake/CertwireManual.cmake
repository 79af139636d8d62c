# certwire_add_manual(COMPONENT PAGES...): pages of docs/man/ as PAGE.gz in the package COMPONENT. A page
#   is mdoc(7); its line "@COMMANDS:PROGRAM@" or "@SETTINGS:PROGRAM@" becomes what that program says of
#   itself (common/cli_manual.c), so that no page can tell of an option that is not there.
function(certwire_add_manual component)
    foreach(page IN LISTS ARGN)
        set(source "${PROJECT_SOURCE_DIR}/docs/man/${page}")
        set(made "${PROJECT_BINARY_DIR}/man/${page}")
        file(STRINGS "${source}" marks REGEX "^@[A-Z]+:[a-z-]+@$")
        list(TRANSFORM marks REPLACE "^@[A-Z]+:(.*)@$" "\\1" OUTPUT_VARIABLE programs)
        add_custom_command(OUTPUT "${made}" "${made}.gz"
            COMMAND "${CMAKE_COMMAND}" "-DIN=${source}" "-DOUT=${made}"
                "-DBIN=${CMAKE_RUNTIME_OUTPUT_DIRECTORY}"
                -P "${PROJECT_SOURCE_DIR}/cmake/manual.cmake"
            COMMAND gzip -9nkf "${made}"
            DEPENDS "${source}" ${programs} "${PROJECT_SOURCE_DIR}/cmake/manual.cmake"
            COMMENT "Manual page ${page}" VERBATIM)
        set_property(GLOBAL APPEND PROPERTY certwire_pages "${made}.gz")
        string(REGEX REPLACE ".*\\." "" section "${page}")
        install(FILES "${made}.gz" DESTINATION "share/man/man${section}" COMPONENT ${component})
    endforeach()
endfunction()

# certwire_add_completion(COMPONENT PROGRAMS...): what `PROGRAM completion bash` prints, where bash looks.
function(certwire_add_completion component)
    foreach(program IN LISTS ARGN)
        set(made "${PROJECT_BINARY_DIR}/completions/${program}")
        file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/completions")
        add_custom_command(OUTPUT "${made}"
            COMMAND ${program} completion bash > "${made}" DEPENDS ${program} VERBATIM)
        set_property(GLOBAL APPEND PROPERTY certwire_pages "${made}")
        install(FILES "${made}" DESTINATION share/bash-completion/completions
            COMPONENT ${component})
    endforeach()
endfunction()
