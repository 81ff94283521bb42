// A ledger that a trainer takes over: the step that training goes on from, then the file.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/fuzz/fuzz.h"
#include "worker/train/loop/ledger.h"

using nepa::fuzz::Require;
namespace fs = std::filesystem;

namespace {

// In memory where the system has such a file system: an input is a dozen files' worth of calls.
struct Folder {
  Folder() {
    const fs::path parent = fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path();
    path = parent / ("nepa-ledger-fuzz-" + std::to_string(::getpid()));
    fs::create_directories(path);
  }
  ~Folder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  fs::path path;
};

std::string Contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  static const Folder folder;
  const fs::path path = folder.path / "ledger.tsv";
  const std::string before(nepa::fuzz::Text(data, size).substr(1));
  std::ofstream(path, std::ios::binary | std::ios::trunc) << before;
  const auto ledger = nepa::loop::Ledger::Open(path.string(), data[0], /*attempt=*/1);
  const std::string after = Contents(path);
  if (ledger.ok()) {
    Require(before.starts_with(after), "what is taken over is the beginning of what was there");
    Require(after.empty() || after.back() == '\n', "in whole lines");
  } else {
    Require(after == before, "a ledger that is refused stays as it was");
  }
  return 0;
}
