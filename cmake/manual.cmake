# Run as a script: writes OUT from the page IN, its marks replaced by what the programs in BIN say.
file(READ "${IN}" text)
while(text MATCHES "@(COMMANDS|SETTINGS):([a-z-]+)@\n")
    set(mark "${CMAKE_MATCH_0}")
    set(words manual)
    if(CMAKE_MATCH_1 STREQUAL "SETTINGS")
        list(APPEND words settings)
    endif()
    execute_process(COMMAND "${BIN}/${CMAKE_MATCH_2}" ${words}
        OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
    string(REPLACE "${mark}" "${said}" text "${text}")
endwhile()
file(WRITE "${OUT}" "${text}")
