# The kinds of target there are. In all of them LIBS names what to link.

# certwire_add_library(NAME SOURCES... LIBS ...)
#   A static library, and in sanitizer builds a second one NAME_plain without sanitizers, which
#   plugins link: the stock broker that loads them is not sanitized. In other builds NAME_plain is
#   the same library. Libraries of ours among LIBS are followed by their own variant.
function(certwire_add_library name)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PUBLIC certwire_flags certwire_sanitizer ${ARG_LIBS})
    if(CERTWIRE_SANITIZE)
        certwire_plain_libs(plain ${ARG_LIBS})
        add_library(${name}_plain STATIC ${ARG_UNPARSED_ARGUMENTS})
        target_link_libraries(${name}_plain PUBLIC certwire_flags ${plain})
    else()
        add_library(${name}_plain ALIAS ${name})
    endif()
endfunction()

# certwire_plain_libs(OUT LIBS...): each certwire_ library replaced by its plain variant.
function(certwire_plain_libs out)
    set(result)
    foreach(lib IN LISTS ARGN)
        if(lib MATCHES "^certwire_" AND NOT lib MATCHES "_plain$")
            string(APPEND lib "_plain")
        endif()
        list(APPEND result ${lib})
    endforeach()
    set(${out} ${result} PARENT_SCOPE)
endfunction()

# Everything that is run or loaded, without the tests.
add_custom_target(certwire_programs)

# certwire_add_program(NAME SOURCES... LIBS ...): lands in bin/.
function(certwire_add_program name)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
    target_link_libraries(${name} PRIVATE certwire_flags certwire_sanitizer ${ARG_LIBS})
    add_dependencies(certwire_programs ${name})
endfunction()

# certwire_add_plugin(NAME SOURCES... LIBS ...): lib/NAME.so for the broker. Never sanitized, and
#   exports nothing but what is marked for it: Mosquitto loads plugins with RTLD_GLOBAL.
function(certwire_add_plugin name)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    certwire_plain_libs(plain ${ARG_LIBS})
    add_library(${name} MODULE ${ARG_UNPARSED_ARGUMENTS})
    set_target_properties(${name} PROPERTIES PREFIX "")
    target_link_libraries(${name} PRIVATE certwire_flags ${plain})
    target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL)
    add_dependencies(certwire_programs ${name})
endfunction()

# certwire_test_environment(TEST): what every test of a sanitized program runs with.
function(certwire_test_environment test)
    set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT
        "ASAN_OPTIONS=abort_on_error=1:detect_stack_use_after_return=1"
        "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0"
        "UBSAN_OPTIONS=print_stacktrace=1" "LC_ALL=C.UTF-8")
endfunction()

# certwire_add_unit_test(NAME SOURCES... LIBS ...): a cmocka program, label unit. In builds without
#   sanitizers tests/valgrind runs it a second time.
function(certwire_add_unit_test name)
    cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
    add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_compile_definitions(${name} PRIVATE
        CERTWIRE_VECTORS="${PROJECT_SOURCE_DIR}/tests/vectors"
        CERTWIRE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PRIVATE
        certwire_flags certwire_sanitizer ${ARG_LIBS} PkgConfig::cmocka)
    add_test(NAME unit.${name} COMMAND ${name})
    set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 120)
    set_property(GLOBAL APPEND PROPERTY certwire_unit_tests ${name})
    certwire_test_environment(unit.${name})
endfunction()

# Every fuzzer.
add_custom_target(certwire_fuzzers)

# certwire_add_fuzzer(NAME SOURCE [RUNS N] [EVERY N] [CORPUS FOLDERS...] LIBS ...): SOURCE defines
#   LLVMFuzzerTestOneInput. In the fuzz preset it is a libFuzzer program; else a replay main runs
#   every file of the corpus, with its truncations and small mutations, through it. The corpus is
#   tests/fuzz/corpus/NAME plus CORPUS; the dictionary tests/fuzz/dict/NAME.dict, or objects.dict
#   there when it has none of its own. One whose runs are dear has fewer than 20,000 RUNS, and only
#   EVERY so many bytes changed in the replay. Label fuzz.
function(certwire_add_fuzzer name source)
    cmake_parse_arguments(ARG "" "RUNS;EVERY" "CORPUS;LIBS" ${ARGN})
    set(corpus ${ARG_CORPUS})
    if(NOT ARG_RUNS)
        set(ARG_RUNS 20000)
    endif()
    if(NOT ARG_EVERY)
        set(ARG_EVERY 1)
    endif()
    if(EXISTS "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
        list(APPEND corpus "${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${name}")
    endif()
    if(NOT corpus)
        message(FATAL_ERROR "fuzzer ${name} has no corpus: add tests/fuzz/corpus/${name}")
    endif()
    add_executable(${name} ${source})
    add_dependencies(certwire_fuzzers ${name})
    set_target_properties(${name} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
    target_link_libraries(${name} PRIVATE certwire_flags certwire_sanitizer ${ARG_LIBS})
    if(CERTWIRE_FUZZ)
        set(dictionary "${PROJECT_SOURCE_DIR}/tests/fuzz/dict/${name}.dict")
        if(NOT EXISTS "${dictionary}")
            set(dictionary "${PROJECT_SOURCE_DIR}/tests/fuzz/dict/objects.dict")
        endif()
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        add_test(NAME fuzz.${name} COMMAND ${name} -runs=${ARG_RUNS} -seed=1 -timeout=10
            "-dict=${dictionary}"
            "${PROJECT_BINARY_DIR}/corpus/${name}" ${corpus})
        file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/corpus/${name}")
    else()
        target_sources(${name} PRIVATE "${PROJECT_SOURCE_DIR}/tests/fuzz/replay.c")
        add_test(NAME fuzz.${name} COMMAND ${name} ${ARG_EVERY} ${corpus})
    endif()
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
    certwire_test_environment(fuzz.${name})
endfunction()
