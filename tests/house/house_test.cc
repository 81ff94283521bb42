// The rules of the house that a program can check: which folder may use what, no clock or chance in
// the pure folders, headers that read as contracts. WORKSPACE.md says why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include "tests/house/source_tree.h"

namespace nepa::house {
namespace {

using ::testing::IsEmpty;

// Decide from (state, input, now) alone: no I/O, clock, thread, random source or hash order.
const std::vector<std::string> kPureFolders = {
    "common/config",         "common/frames",    "common/exchange", "coordinator/state",
    "coordinator/scheduler", "coordinator/core", "worker/agent",
};

// A folder and the include prefixes that its files must not have.
struct Arrow {
  std::string folder;
  std::vector<std::string> forbidden;
};

const std::vector<std::string> kLibTorch = {"torch/", "ATen/", "c10/"};
const std::vector<std::string> kRpc = {"grpc", "google/protobuf", "nepa/v1/"};

std::vector<std::string> Join(std::initializer_list<std::vector<std::string>> lists) {
  std::vector<std::string> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

std::vector<Arrow> Arrows() {
  const std::vector<std::string> programs = {"coordinator/", "worker/", "cli/"};
  return {
      {"common", Join({programs, kLibTorch})},
      {"common/base", {"common/config/", "common/io/", "common/rpc/", "common/exchange/"}},
      {"common/config", Join({kRpc, {"common/io/", "common/rpc/"}})},
      {"common/frames", Join({kRpc, {"common/io/", "common/config/", "yaml-cpp"}})},
      {"common/exchange", Join({kRpc, {"common/io/", "yaml-cpp"}})},
      {"coordinator", Join({kLibTorch, {"worker/", "cli/"}})},
      {"coordinator/state",
       Join({kRpc, {"sqlite3.h", "coordinator/core/", "coordinator/storage/"}})},
      {"coordinator/scheduler",
       Join({kRpc, {"sqlite3.h", "coordinator/core/", "coordinator/storage/"}})},
      {"coordinator/core",
       Join({kRpc, {"sqlite3.h", "common/io/", "coordinator/storage/", "coordinator/runtime/"}})},
      {"coordinator/storage", Join({kRpc, {"coordinator/core/", "coordinator/runtime/"}})},
      {"worker/agent", Join({kRpc, kLibTorch, {"common/io/", "worker/runtime/", "worker/rpc/"}})},
      {"worker/runtime", Join({kLibTorch, {"coordinator/", "cli/", "worker/train/"}})},
      {"worker/rpc", Join({kLibTorch, {"coordinator/", "cli/", "worker/train/"}})},
      {"worker/train", Join({kRpc,
                             {"prometheus/", "coordinator/", "cli/", "worker/agent/",
                              "worker/runtime/", "worker/rpc/", "common/rpc/"}})},
      {"cli", Join({kLibTorch, {"coordinator/", "worker/", "sqlite3.h"}})},
  };
}

TEST(HouseTest, NoFolderIncludesWhatItsArrowsForbid) {
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    for (const Arrow& arrow : Arrows()) {
      if (!IsUnder(file.folder(), arrow.folder)) continue;
      for (const std::string& include : file.includes) {
        for (const std::string& prefix : arrow.forbidden) {
          if (include.starts_with(prefix)) faults.push_back(file.path + " includes " + include);
        }
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(HouseTest, PureFoldersSeeNoClockNoChanceNoThreadAndNoHashOrder) {
  static const std::regex forbidden(
      R"(absl::Now\b|_clock::now|\bsleep|SleepFor|\brand\(|random_device|absl::BitGen|absl::Uniform)"
      R"(|std::unordered_|flat_hash_|node_hash_|std::thread|std::mutex|absl::Mutex|ifstream|ofstream)"
      R"(|\bfopen\b|std::filesystem|\bgetenv\b|common/base/log\.h)");
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    const bool pure = std::any_of(kPureFolders.begin(), kPureFolders.end(),
                                  [&](const std::string& f) { return IsUnder(file.folder(), f); });
    if (!pure) continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = file.lines[i].substr(0, file.lines[i].find("//"));
      if (std::regex_search(code, forbidden)) {
        faults.push_back(file.path + ":" + std::to_string(i + 1) + ": " + file.lines[i]);
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(HouseTest, EveryHeaderOpensWithItsContractAndIsGuardedByItsPath) {
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (!file.IsHeader()) continue;
    if (file.lines.empty() || !file.lines[0].starts_with("// ")) {
      faults.push_back(file.path + " does not begin with a comment that says what it is for");
    }
    std::string guard = "NEPA_" + file.path + "_";
    std::transform(guard.begin(), guard.end(), guard.begin(), [](unsigned char c) {
      return std::isalnum(c) ? static_cast<char>(std::toupper(c)) : '_';
    });
    if (std::find(file.lines.begin(), file.lines.end(), "#ifndef " + guard) == file.lines.end()) {
      faults.push_back(file.path + " is not guarded by " + guard);
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

TEST(HouseTest, EveryFolderOfCodeHasItsLineInTheMap) {
  std::ifstream stream("WORKSPACE.md");
  const std::string map{std::istreambuf_iterator<char>(stream), {}};
  std::set<std::string> missing;
  for (const SourceFile& file : ReadSourceTree()) {
    if (IsUnder(file.path, "tests")) continue;
    if (map.find("`" + file.folder() + "`") == std::string::npos) missing.insert(file.folder());
  }
  EXPECT_THAT(missing, IsEmpty());
}

TEST(HouseTest, NoUnfinishedMarksAreLeftInTheCode) {
  static const std::regex mark(R"(\b(TODO|FIXME|XXX|HACK)\b)");
  std::vector<std::string> faults;
  for (const SourceFile& file : ReadSourceTree()) {
    if (file.path == "tests/house/house_test.cc") continue;
    for (size_t i = 0; i < file.lines.size(); ++i) {
      if (std::regex_search(file.lines[i], mark)) {
        faults.push_back(file.path + ":" + std::to_string(i + 1));
      }
    }
  }
  EXPECT_THAT(faults, IsEmpty());
}

}  // namespace
}  // namespace nepa::house
