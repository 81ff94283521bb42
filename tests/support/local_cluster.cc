#include "tests/support/local_cluster.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "absl/algorithm/container.h"

namespace nepa::testing {
namespace {

std::string ReadAll(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

bool IsFinal(const std::string& phase) {
  return phase == "SUCCEEDED" || phase == "FAILED" || phase == "CANCELLED";
}

}  // namespace

LocalCluster::LocalCluster() {
  char folder[] = "/tmp/nepa-cluster-XXXXXX";
  if (::mkdtemp(folder) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  folder_ = folder;
}

LocalCluster::~LocalCluster() {
  worker_.reset();
  coordinator_.reset();
  if (std::getenv("NEPA_KEEP") == nullptr) std::filesystem::remove_all(folder_);
}

void LocalCluster::StartCoordinator(const std::vector<std::string>& more_flags) {
  const std::string state = folder_ + "/coordinator";
  std::filesystem::remove(state + "/endpoints.json");
  std::vector<std::string> flags = {"--state", state,    "--storage",
                                    storage(), "--http", "127.0.0.1:0"};
  if (!absl::c_linear_search(more_flags, "--listen")) {
    flags.insert(flags.end(),
                 {"--listen", coordinator_address_.empty() ? "127.0.0.1:0" : coordinator_address_});
  }
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  coordinator_.emplace(BinaryPath("nepa-coordinator"), flags, folder_ + "/coordinator.log");
  coordinator_address_ = WaitForEndpoints(state, *coordinator_).at("grpc");
}

void LocalCluster::StartWorker(const std::vector<std::string>& more_flags) {
  const std::string state = folder_ + "/worker";
  std::filesystem::remove(state + "/endpoints.json");
  std::vector<std::string> flags = {
      "--state", state,  "--coordinator", coordinator_address_, "--storage", storage(),
      "--name",  "here", "--http",        "127.0.0.1:0"};
  flags.insert(flags.end(), more_flags.begin(), more_flags.end());
  worker_.emplace(BinaryPath("nepa-worker"), flags, folder_ + "/worker.log");
  WaitForEndpoints(state, *worker_);
}

nlohmann::json LocalCluster::WaitForEndpoints(const std::string& state, Program& program) {
  const std::string path = state + "/endpoints.json";
  const bool there = WaitUntil([&] { return std::filesystem::exists(path) || !program.running(); },
                               absl::Seconds(30));
  if (!there || !program.running()) {
    throw std::runtime_error("a daemon did not come up; its log:\n" + ReadAll(state + ".log"));
  }
  return nlohmann::json::parse(ReadAll(path));
}

std::string LocalCluster::coordinator_http() const {
  return nlohmann::json::parse(ReadAll(folder_ + "/coordinator/endpoints.json")).at("http");
}

std::string LocalCluster::worker_http() const {
  return nlohmann::json::parse(ReadAll(folder_ + "/worker/endpoints.json")).at("http");
}

std::string LocalCluster::WriteFile(const std::string& name, const std::string& text) {
  const std::string path = folder_ + "/" + name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

Output LocalCluster::Nepactl(const std::vector<std::string>& arguments, absl::Duration timeout) {
  std::vector<std::string> all = {"--coordinator", coordinator_address_};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return RunProgram(BinaryPath("nepactl"), all, timeout);
}

nlohmann::json LocalCluster::NepactlJson(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = arguments;
  all.insert(all.end(), {"-o", "json"});
  const Output output = Nepactl(all);
  EXPECT_EQ(output.code, 0) << output.error;
  return nlohmann::json::parse(output.out, nullptr, /*allow_exceptions=*/false);
}

std::string LocalCluster::Submit(const std::string& path, const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"submit", path};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const nlohmann::json job = NepactlJson(arguments);
  return job.is_object() ? job.value("id", "") : "";
}

bool LocalCluster::WaitForPhase(const std::string& job, const std::string& phase,
                                absl::Duration timeout) {
  std::string seen;
  WaitUntil(
      [&] {
        seen = NepactlJson({"describe", job}).value("phase", "");
        return seen == phase || IsFinal(seen);
      },
      timeout);
  return seen == phase;
}

bool LocalCluster::WaitForStep(const std::string& job, int64_t step, absl::Duration timeout) {
  return WaitUntil(
      [&] {
        return NepactlJson({"describe", job}).value("step", int64_t{0}) >= step;
      },
      timeout);
}

std::string HttpGet(const std::string& host_port, const std::string& path) {
  const size_t colon = host_port.rfind(':');
  httplib::Client client(host_port.substr(0, colon), std::stoi(host_port.substr(colon + 1)));
  const httplib::Result result = client.Get(path.c_str());
  return result && result->status == 200 ? result->body : "";
}

}  // namespace nepa::testing
