# How a folder becomes a target: one folder, one library, one namespace.
#
#   nepa_library(nepa_scheduler SOURCES plan.cc DEPS nepa_state)
#   nepa_program(nepa-worker SOURCES main.cc DEPS nepa_worker_runtime)
#   nepa_test(scheduler_test SOURCES plan_test.cc DEPS nepa_scheduler LABELS unit)

add_library(nepa_options INTERFACE)
target_include_directories(nepa_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(nepa_options INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers)
target_link_options(nepa_options INTERFACE -fuse-ld=mold)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Members that a mutex guards (common/base/mutex.h) are read and written with it held.
  target_compile_options(nepa_options INTERFACE -Wthread-safety)
endif()

# With NEPA_TORCH=OFF whatever depends on LibTorch is left out, and what depends on that. A target
# must follow the left-out ones that it names. ThreadSanitizer, to which Debian's gRPC does not show
# its locks, would take each of its messages between threads for a race.
set_property(GLOBAL PROPERTY NEPA_LEFT_OUT "")
set_property(GLOBAL PROPERTY NEPA_TESTS_LEFT_OUT "")
if(NOT NEPA_TORCH)
  set_property(GLOBAL APPEND PROPERTY NEPA_LEFT_OUT nepa_torch)
endif()
if(NEPA_SANITIZE STREQUAL "thread")
  set_property(GLOBAL APPEND PROPERTY NEPA_LEFT_OUT gRPC::grpc++)
endif()

# Sets `result` to whether `name` is left out, because one of the targets that follow is.
function(nepa_left_out result name)
  get_property(left_out GLOBAL PROPERTY NEPA_LEFT_OUT)
  set(${result} FALSE PARENT_SCOPE)
  foreach(need ${ARGN})
    if(need IN_LIST left_out)
      set_property(GLOBAL APPEND PROPERTY NEPA_LEFT_OUT ${name})
      set(${result} TRUE PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

function(nepa_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  nepa_left_out(left_out ${name} ${ARG_DEPS} ${ARG_PRIVATE_DEPS})
  if(left_out)
    return()
  endif()
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    nepa_precompiled_headers(${name})
    target_link_libraries(${name} PUBLIC nepa_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE nepa_options ${ARG_DEPS})
  endif()
endfunction()

function(nepa_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  nepa_left_out(left_out ${name} ${ARG_DEPS})
  if(left_out)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  nepa_precompiled_headers(${name})
  target_link_libraries(${name} PRIVATE nepa_options ${ARG_DEPS})
endfunction()

# One GoogleTest program, registered with ctest as one test under LABELS (unit, scenario, golden,
# integration, fault, long). PROGRAMS are those that it runs: they are built with it. Tests run from
# the source tree's root.
function(nepa_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;PROGRAMS;LABELS;ENVIRONMENT" ${ARGN})
  nepa_left_out(left_out ${name} ${ARG_DEPS} ${ARG_PROGRAMS})
  if(left_out)
    set_property(GLOBAL APPEND PROPERTY NEPA_TESTS_LEFT_OUT ${name})
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  nepa_precompiled_headers(${name})
  if(ARG_PROGRAMS)
    add_dependencies(${name} ${ARG_PROGRAMS})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE nepa_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  # A test program that cannot run where it stands says so by this exit code, and ctest lists it.
  set_property(TEST ${name} PROPERTY SKIP_RETURN_CODE 77)
  # Of its own build, so that two builds on one machine can be tested at once.
  set(scratch ${PROJECT_BINARY_DIR}/tests/scratch)
  file(MAKE_DIRECTORY ${scratch})
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
               "NEPA_BIN=${PROJECT_BINARY_DIR}/bin" "TEST_TMPDIR=${scratch}"
               # Tests share the processors: a thread that spins at a barrier takes them from others.
               "GOMP_SPINCOUNT=1000"
               "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/leaks_of_others.txt:print_suppressions=0"
               ${ARG_ENVIRONMENT})
endfunction()
