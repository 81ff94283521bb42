// nepactl trace against a real cluster: what a job did from its submission on, on the tracks of
// those who did it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/local_cluster.h"
#include "tests/support/small_jobs.h"

namespace nepa::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::IsSupersetOf;

struct Span {
  std::string process, thread, name;
  int64_t begin_us = 0;
  int64_t end_us = 0;
};

// The complete events of a trace, with the names of their tracks.
std::vector<Span> SpansOf(const json& trace) {
  std::map<int, std::string> processes;
  std::map<std::pair<int, int>, std::string> threads;
  for (const json& event : trace["traceEvents"]) {
    if (event["name"] == "process_name") processes[event["pid"]] = event["args"]["name"];
    if (event["name"] == "thread_name") {
      threads[{event["pid"], event["tid"]}] = event["args"]["name"];
    }
  }
  std::vector<Span> spans;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "X") continue;
    const int64_t begin = event["ts"], duration = event["dur"];
    spans.push_back({processes.at(event["pid"]), threads.at({event["pid"], event["tid"]}),
                     event["name"], begin, begin + duration});
  }
  return spans;
}

std::vector<std::string> NamesOf(const std::vector<Span>& spans) {
  std::vector<std::string> names;
  for (const Span& span : spans) names.push_back(absl::StrCat(span.process, ": ", span.name));
  return names;
}

const Span& Find(const std::vector<Span>& spans, const std::string& name) {
  const auto found =
      std::find_if(spans.begin(), spans.end(), [&](const Span& span) { return span.name == name; });
  EXPECT_NE(found, spans.end()) << name;
  return found == spans.end() ? spans.front() : *found;
}

// Spans of one thread, the sooner and the longer first: each follows the one before, or lies in it.
void ExpectNested(const std::vector<Span>& spans) {
  std::map<std::string, std::vector<int64_t>> open;  // ends of the spans that one stands in
  for (const Span& span : spans) {
    std::vector<int64_t>& ends = open[absl::StrCat(span.process, "/", span.thread)];
    while (!ends.empty() && ends.back() <= span.begin_us) ends.pop_back();
    if (!ends.empty()) {
      // The parts are cut to whole microseconds one by one.
      EXPECT_LE(span.end_us, ends.back() + 2) << span.process << " " << span.name;
    }
    ends.push_back(span.end_us);
  }
}

class TraceTest : public ::testing::Test {
 protected:
  void Start(const std::vector<std::string>& worker_flags) {
    cluster_.StartCoordinator();
    cluster_.StartWorker(worker_flags);
  }
  json Trace(const std::string& job) {
    const std::string path = cluster_.folder() + "/trace.json";
    const Output output = cluster_.Nepactl({"trace", job, "--to", path});
    EXPECT_EQ(output.code, 0) << output.error;
    EXPECT_TRUE(absl::StrContains(output.error, path)) << output.error;
    std::ifstream file(path);
    return json::parse(file);
  }

  LocalCluster cluster_;
};

TEST_F(TraceTest, TellsOfEveryPartOfAJobsWayOnTheTrackOfWhoeverWentIt) {
  Start({"--no-standby"});
  const std::string id =
      cluster_.Submit(cluster_.WriteFile("job.yaml", SmallPretrainJob("traced", 20, 10)));
  ASSERT_TRUE(cluster_.WaitForPhase(id, "SUCCEEDED", absl::Minutes(3)));
  const json trace = Trace("traced");
  const std::vector<Span> spans = SpansOf(trace);
  EXPECT_THAT(
      NamesOf(spans),
      IsSupersetOf({"nepactl: submit", "coordinator: check job file", "coordinator: plan",
                    "coordinator: commit", "worker here: spawn rank 0", "rank 0: load program",
                    "rank 0: open data", "rank 0: load model", "rank 0: step 1",
                    "rank 0: wait for images", "rank 0: copy for checkpoint of step 10",
                    "rank 0: write checkpoint of step 10", "rank 0: write checkpoint of step 20"}));
  ExpectNested(spans);

  // One machine, one clock: what needs something else begins after it.
  const char* const way[] = {"submit",       "check job file", "plan",
                             "spawn rank 0", "load program",   "step 1"};
  for (size_t i = 1; i < std::size(way); ++i) {
    EXPECT_LE(Find(spans, way[i - 1]).begin_us, Find(spans, way[i]).begin_us) << way[i];
  }
  EXPECT_LE(Find(spans, "load model").end_us, Find(spans, "step 1").begin_us);

  std::vector<std::string> instants;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] == "i") instants.push_back(event["name"]);
  }
  EXPECT_THAT(instants,
              IsSupersetOf({"submitted", "placed", "started", "checkpoint", "succeeded"}));
}

TEST_F(TraceTest, WorksForAJobThatRunsAndOutlivesTheCoordinator) {
  Start({});
  const std::string id =
      cluster_.Submit(cluster_.WriteFile("job.yaml", SmallPretrainJob("long", 1'000'000, 100'000)));
  ASSERT_TRUE(cluster_.WaitForStep(id, 1));
  EXPECT_THAT(NamesOf(SpansOf(Trace(id))), Contains("rank 0: load model"));
  cluster_.coordinator().KillNow();
  cluster_.StartCoordinator();
  EXPECT_THAT(NamesOf(SpansOf(Trace(id))), IsSupersetOf({"nepactl: submit", "rank 0: load model"}));
  const Output table = cluster_.Nepactl({"trace", id, "--table"});
  EXPECT_EQ(table.code, 0);
  EXPECT_THAT(table.out, ::testing::HasSubstr("load model"));
  EXPECT_EQ(cluster_.Nepactl({"cancel", id}).code, 0);
}

}  // namespace
}  // namespace nepa::testing
