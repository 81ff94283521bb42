# How a folder becomes a target: one folder, one library, one namespace.
#
#   nepa_library(nepa_scheduler SOURCES plan.cc DEPS nepa_state)
#   nepa_program(nepa-worker SOURCES main.cc DEPS nepa_worker_runtime)
#   nepa_test(scheduler_test SOURCES plan_test.cc DEPS nepa_scheduler LABELS unit)

add_library(nepa_options INTERFACE)
target_include_directories(nepa_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(nepa_options INTERFACE -Wall -Wextra -Werror -Wno-missing-field-initializers)
target_link_options(nepa_options INTERFACE -fuse-ld=mold)

function(nepa_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC nepa_options ${ARG_DEPS} PRIVATE ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE nepa_options ${ARG_DEPS})
  endif()
endfunction()

function(nepa_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE nepa_options ${ARG_DEPS})
endfunction()

# One GoogleTest program, registered with ctest as one test under LABELS (unit, scenario, golden,
# integration, fault, long). Tests run from the source tree's root.
function(nepa_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS;ENVIRONMENT" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  target_link_libraries(${name} PRIVATE nepa_options ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  # A test program that cannot run where it stands says so by this exit code, and ctest lists it.
  set_property(TEST ${name} PROPERTY SKIP_RETURN_CODE 77)
  set_property(TEST ${name} APPEND PROPERTY ENVIRONMENT
               "NEPA_BIN=${PROJECT_BINARY_DIR}/bin" ${ARG_ENVIRONMENT})
endfunction()
