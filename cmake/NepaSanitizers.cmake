# NEPA_SANITIZE: what watches the programs while they run, for clang++. `./dev test --asan` and `--tsan`
# choose it, in build folders of their own and without LibTorch, which no sanitizer knows.
set(NEPA_SANITIZE "" CACHE STRING "address (with undefined behaviour and leaks), thread, or nothing")
set_property(CACHE NEPA_SANITIZE PROPERTY STRINGS "" address thread)

if(NEPA_SANITIZE)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "NEPA_SANITIZE=${NEPA_SANITIZE} needs clang++: add -DCMAKE_CXX_COMPILER=clang++")
  endif()
  set(kinds ${NEPA_SANITIZE})
  if(kinds STREQUAL "address")
    set(kinds address,undefined)
  endif()
  set(sanitize -fsanitize=${kinds} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_compile_options(${sanitize})
  add_link_options(${sanitize})
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
  # -pthread: one way for all, which the precompiled headers below ask for.
  add_compile_options(-pthread)
  # What fuzz targets (tests/fuzz) reach tells libFuzzer where it has been.
  if(NEPA_SANITIZE STREQUAL "address")
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()

# Most of a file's time goes into others' headers, so these builds, whose objects serve nothing else,
# read them once: precompiled for every target. The plain build sees to it that each file includes
# what it uses.
function(nepa_precompiled_headers name)
  if(NEPA_SANITIZE AND NOT name STREQUAL "nepa_kernels")  # compiled for another processor
    target_precompile_headers(${name} REUSE_FROM nepa_prefix)
  endif()
endfunction()

function(nepa_make_precompiled_headers)
  if(NOT NEPA_SANITIZE)
    return()
  endif()
  file(CONFIGURE OUTPUT prefix.cc CONTENT "")
  add_library(nepa_prefix OBJECT ${CMAKE_CURRENT_BINARY_DIR}/prefix.cc)
  target_compile_options(nepa_prefix PRIVATE SHELL:-Xclang\ -fno-pch-timestamp)  # for ccache
  # GoogleTest finds this out by itself; said by its users alone it contradicts what is compiled here.
  set_property(TARGET GTest::gtest PROPERTY INTERFACE_COMPILE_OPTIONS "")
  target_precompile_headers(nepa_prefix PRIVATE
    <algorithm> <chrono> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional>
    <set> <sstream> <string> <string_view> <thread> <utility> <variant> <vector>
    <gmock/gmock.h> <grpcpp/grpcpp.h> <gtest/gtest.h> <nlohmann/json.hpp>
    <absl/status/statusor.h> <absl/strings/str_cat.h> <absl/strings/str_format.h>
    <absl/strings/str_join.h> <absl/strings/str_split.h> <absl/time/clock.h> <absl/time/time.h>)
endfunction()
