#include "tests/integration/trainer_jobs.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/config/fault.h"
#include "common/config/job_file.h"
#include "common/config/job_spec_json.h"
#include "common/io/unique_fd.h"

namespace nepa::testing {
namespace {

constexpr const char* kTimings[] = {"images_per_second", "step_seconds", "data_wait_seconds"};

std::map<int64_t, std::string> StatesIn(const std::string& checkpoints) {
  std::map<int64_t, std::pair<int64_t, std::string>> latest;  // by step: the attempt, the state
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(checkpoints, error)) {
    nlohmann::json state = nlohmann::json::parse(Contents(entry.path() / "trainer.json"));
    for (const char* name : kTimings) state["metrics"].erase(name);
    auto& [attempt, text] = latest[state["step"].get<int64_t>()];
    if (state["attempt"] < attempt) continue;
    attempt = state["attempt"].get<int64_t>();
    state.erase("attempt");
    text = state.dump(1);
  }
  std::map<int64_t, std::string> states;
  for (const auto& [step, state] : latest) states[step] = state.second;
  return states;
}

}  // namespace

std::string FreshFolder(const std::string& name) {
  const std::string folder =
      ::testing::TempDir() + "/trainer_" +
      ::testing::UnitTest::GetInstance()->current_test_info()->test_suite_name() + "_" +
      ::testing::UnitTest::GetInstance()->current_test_info()->name() + "/" + name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

frames::TrainerJob JobIn(const std::string& folder, const std::string& yaml,
                         const std::vector<std::string>& overrides) {
  const config::JobFileResult read = config::ReadJobFile(
      {.text = yaml, .file = "job.yaml", .folder = folder, .overrides = overrides});
  for (const config::Fault& fault : read.faults) ADD_FAILURE() << config::FormatFault(fault);
  frames::TrainerJob job;
  job.folder = folder;
  job.threads = 2;
  if (read.job.has_value()) job.job_file_json = config::ToJson(*read.job);
  return job;
}

std::string LatestCheckpoint(const frames::TrainerJob& job) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(job.folder + "/checkpoints", error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("step-")) names.push_back(entry.path().string());
  }
  return names.empty() ? "" : *std::max_element(names.begin(), names.end());
}

int64_t FreePort() {
  const io::UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

std::string Contents(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

Outcome OutcomeOf(const frames::TrainerJob& job) {
  const std::string checkpoint = LatestCheckpoint(job);
  return {.weights = Contents(checkpoint + "/model.safetensors"),
          .ema = Contents(checkpoint + "/model_ema.safetensors"),
          .optimizer = Contents(checkpoint + "/optimizer.safetensors"),
          .ledger = Contents(job.folder + "/ledger.tsv"),
          .states = StatesIn(job.folder + "/checkpoints")};
}

void History::Add(const std::vector<frames::Frame>& seen) {
  for (const frames::Frame& frame : seen) {
    if (const auto* started = std::get_if<frames::Started>(&frame)) {
      for (Points* points : {&steps, &evaluations}) {
        points->erase(points->upper_bound(started->step), points->end());
      }
    }
    const auto* metrics = std::get_if<frames::Metrics>(&frame);
    if (metrics == nullptr) continue;
    std::map<std::string, double> values = metrics->values;
    for (const char* name : kTimings) values.erase(name);
    (values.contains("loss") ? steps : evaluations)[metrics->step] = std::move(values);
  }
}

}  // namespace nepa::testing
