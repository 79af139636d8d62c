# How everything is compiled. Two interface targets carry the flags:
#   certwire_flags      language, warnings, hardening: for every target
#   certwire_sanitizer  sanitizers: for every target except what the stock broker loads

option(CERTWIRE_WERROR "Warnings are errors" OFF)
option(CERTWIRE_HARDEN "Hardening for release builds" OFF)
option(CERTWIRE_FUZZ "Link fuzzers with libFuzzer (clang)" OFF)
option(CERTWIRE_FAULT_POINTS "Tests may kill programs at named places (common/fault.h)" OFF)
set(CERTWIRE_SANITIZE "" CACHE STRING "Value of -fsanitize, empty for none")

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES C)

# Assertions state what we guarantee ourselves; they stay in a release.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")

find_program(CERTWIRE_CCACHE ccache)
if(CERTWIRE_CCACHE AND NOT CMAKE_C_COMPILER_LAUNCHER)
    # Whatever folder the clone lies in, what was compiled in another one counts.
    set(CMAKE_C_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env
        "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}" CCACHE_NOHASHDIR=1 "${CERTWIRE_CCACHE}")
endif()

# Programs in bin/, plugins in lib/, so that a build folder can be put into PATH.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/lib")

add_library(certwire_flags INTERFACE)
target_include_directories(certwire_flags INTERFACE
    "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/generated")
target_compile_definitions(certwire_flags INTERFACE _GNU_SOURCE)
target_compile_options(certwire_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wformat=2 -Wundef -Wvla
    -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings -Wpointer-arith
    $<$<BOOL:${CERTWIRE_WERROR}>:-Werror>)

if(CERTWIRE_FAULT_POINTS)
    target_compile_definitions(certwire_flags INTERFACE CERTWIRE_FAULT_POINTS)
endif()

# Each mechanism that can be left out is a switch of common/without.h.
set(CERTWIRE_WITHOUT "" CACHE STRING "Test builds: a mechanism to leave out (outbox, sync, idempotence)")
if(CERTWIRE_WITHOUT)
    if(NOT CERTWIRE_WITHOUT MATCHES "^(outbox|sync|idempotence)$")
        message(FATAL_ERROR "CERTWIRE_WITHOUT=${CERTWIRE_WITHOUT}: expected outbox, sync or idempotence")
    endif()
    if(CERTWIRE_HARDEN OR NOT CERTWIRE_FAULT_POINTS)
        message(FATAL_ERROR "CERTWIRE_WITHOUT is for test builds: turn CERTWIRE_FAULT_POINTS on "
                            "and CERTWIRE_HARDEN off")
    endif()
    string(TOUPPER "CERTWIRE_WITHOUT_${CERTWIRE_WITHOUT}=1" without)
    target_compile_definitions(certwire_flags INTERFACE ${without})
endif()

if(CERTWIRE_HARDEN)
    target_compile_options(certwire_flags INTERFACE
        -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection)
    target_link_options(certwire_flags INTERFACE -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
endif()

add_library(certwire_sanitizer INTERFACE)
if(CERTWIRE_SANITIZE)
    target_compile_options(certwire_sanitizer INTERFACE
        -fsanitize=${CERTWIRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(certwire_sanitizer INTERFACE -fsanitize=${CERTWIRE_SANITIZE})
endif()
