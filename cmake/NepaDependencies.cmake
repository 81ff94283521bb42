# Everything linked from outside. All of it comes from Debian packages (tools/packages.txt) except
# LibTorch, which is the pinned PyPI wheel (tools/libtorch.env).

find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)  # before gRPC, whose configuration refers to its targets
find_package(gRPC CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(spdlog REQUIRED)
find_package(prometheus-cpp CONFIG REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PNG REQUIRED)
find_package(JPEG REQUIRED)  # libjpeg-turbo, through its libjpeg API
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(CLI11 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(cairo REQUIRED IMPORTED_TARGET cairo)

# Debian builds cpp-httplib as a shared library with these; they change the layout of its classes,
# so whoever includes it must define the same.
add_library(nepa_httplib INTERFACE)
target_compile_definitions(nepa_httplib INTERFACE
  CPPHTTPLIB_OPENSSL_SUPPORT CPPHTTPLIB_ZLIB_SUPPORT CPPHTTPLIB_BROTLI_SUPPORT)
target_link_libraries(nepa_httplib INTERFACE cpp-httplib)

if(NOT NEPA_TORCH)
  return()
endif()

# LibTorch out of the wheel. The wheel's own CMake package insists on a CUDA toolkit, so the two
# libraries a CPU build needs are imported by hand. Its headers come last and as system headers:
# they carry versions of fmt and protobuf that must not shadow Debian's.
set(NEPA_LIBTORCH "$ENV{NEPA_LIBTORCH}" CACHE PATH "folder that holds torch/ of the pinned wheel")
if(NOT NEPA_LIBTORCH)
  set(NEPA_LIBTORCH ${PROJECT_SOURCE_DIR}/.deps/libtorch)
endif()
if(NOT EXISTS ${NEPA_LIBTORCH}/torch/lib/libtorch_cpu.so)
  message(FATAL_ERROR "No LibTorch in ${NEPA_LIBTORCH}. Run ./dev setup, or set NEPA_LIBTORCH.")
endif()
foreach(library torch_cpu c10)
  add_library(torch::${library} SHARED IMPORTED)
  set_target_properties(torch::${library} PROPERTIES
    IMPORTED_LOCATION ${NEPA_LIBTORCH}/torch/lib/lib${library}.so
    IMPORTED_NO_SONAME ON)
endforeach()
add_library(nepa_torch INTERFACE)
target_compile_definitions(nepa_torch INTERFACE AT_PER_OPERATOR_HEADERS USE_C10D_GLOO)
target_compile_options(nepa_torch INTERFACE
  SHELL:-idirafter\ ${NEPA_LIBTORCH}/torch/include
  SHELL:-idirafter\ ${NEPA_LIBTORCH}/torch/include/torch/csrc/api/include
  # at::parallel_for is a template over OpenMP pragmas in a header.
  -fopenmp -Wno-unknown-pragmas)
target_link_libraries(nepa_torch INTERFACE torch::torch_cpu torch::c10
  ${NEPA_LIBTORCH}/torch/lib/libgomp.so.1)
