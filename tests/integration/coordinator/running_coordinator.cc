#include "tests/integration/coordinator/running_coordinator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace nepa::testing {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace

RunningCoordinator::RunningCoordinator(std::vector<std::string> more_flags)
    : more_flags_(std::move(more_flags)) {
  char folder[] = "/tmp/nepa-coordinator-XXXXXX";
  if (::mkdtemp(folder) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  folder_ = folder;
  Start();
}

RunningCoordinator::~RunningCoordinator() {
  program_.reset();
  if (::testing::Test::HasFailure()) std::fprintf(stderr, "%s\n", ReadAll(log()).c_str());
  std::filesystem::remove_all(folder_);
}

std::vector<std::string> RunningCoordinator::Flags() const {
  std::vector<std::string> flags = {"--state", state(),      "--storage",
                                    storage(), "--listen",   grpc_.empty() ? "127.0.0.1:0" : grpc_,
                                    "--http",  "127.0.0.1:0"};
  flags.insert(flags.end(), more_flags_.begin(), more_flags_.end());
  return flags;
}

void RunningCoordinator::Start() {
  program_.reset();
  const std::string endpoints = state() + "/endpoints.json";
  std::filesystem::remove(endpoints);
  program_.emplace(BinaryPath("nepa-coordinator"), Flags(), log());
  const bool there =
      WaitUntil([&] { return std::filesystem::exists(endpoints) || !program_->running(); },
                absl::Seconds(30));
  if (!there || !program_->running()) {
    throw std::runtime_error("the coordinator did not come up; its log:\n" + ReadAll(log()));
  }
  const nlohmann::json json = nlohmann::json::parse(ReadAll(endpoints));
  grpc_ = json.at("grpc");
  http_ = json.at("http");
}

}  // namespace nepa::testing
