#include "cli/chrome_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <utility>

#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

using ::testing::ElementsAre;

v1::TraceSpan Span(const char* process, const char* thread, const char* name, int64_t begin_us,
                   int64_t duration_us, int64_t attempt = 1) {
  v1::TraceSpan span;
  span.set_attempt(attempt);
  span.set_process(process);
  span.set_thread(thread);
  span.set_name(name);
  *span.mutable_begin() = rpc::ToMessage(absl::FromUnixMicros(begin_us));
  *span.mutable_duration() = rpc::ToMessage(absl::Microseconds(duration_us));
  return span;
}

v1::Job Job() {
  v1::Job job;
  job.set_id("j7");
  job.set_name("fashion");
  return job;
}

TEST(ChromeTraceTest, ASpanIsACompleteEventOnTheTrackOfItsProcessAndThread) {
  const Json trace =
      ChromeTrace(Job(), {Span("coordinator", "loop", "plan", 1'700'000'000'000'250, 40)}, {});
  EXPECT_EQ(trace["displayTimeUnit"], "ms");
  EXPECT_EQ(trace["otherData"], (Json{{"job", "j7"}, {"name", "fashion"}}));
  const Json& events = trace["traceEvents"];
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0], Json::parse(R"({"ph":"M","name":"process_name","pid":1,"tid":0,
                                       "args":{"name":"coordinator"}})"));
  EXPECT_EQ(events[1], Json::parse(R"({"ph":"M","name":"process_sort_index","pid":1,"tid":0,
                                       "args":{"sort_index":1}})"));
  EXPECT_EQ(events[2], Json::parse(R"({"ph":"M","name":"thread_name","pid":1,"tid":1,
                                       "args":{"name":"loop"}})"));
  EXPECT_EQ(events[3], Json::parse(R"({"ph":"X","name":"plan","cat":"coordinator",
                                       "ts":1700000000000250,"dur":40,"pid":1,"tid":1,
                                       "args":{"attempt":1}})"));
}

TEST(ChromeTraceTest, AnEventIsAnInstantOfTheCoordinator) {
  v1::Event event;
  *event.mutable_time() = rpc::ToMessage(absl::FromUnixMicros(9));
  event.set_kind("placed");
  event.set_attempt(2);
  event.set_message("1 rank on a");
  const Json trace = ChromeTrace(Job(), {}, {event});
  EXPECT_EQ(trace["traceEvents"].back(),
            Json::parse(R"({"ph":"i","name":"placed","cat":"events","s":"p","ts":9,"pid":1,
                            "tid":1,"args":{"attempt":2,"message":"1 rank on a"}})"));
}

TEST(ChromeTraceTest, TracksStandInTheOrderOfTheJobsWay) {
  const Json trace =
      ChromeTrace(Job(),
                  {Span("rank 10", "train", "a", 1, 1), Span("rank 9", "train", "b", 1, 1),
                   Span("worker a", "agent", "c", 1, 1), Span("coordinator", "loop", "d", 1, 1),
                   Span("nepactl", "submit", "e", 1, 1), Span("rank 9", "data", "f", 1, 1)},
                  {});
  std::map<int, std::string> processes;
  std::set<std::pair<int, int>> tracks;
  for (const Json& event : trace["traceEvents"]) {
    if (event["name"] == "process_name") processes[event["pid"]] = event["args"]["name"];
    if (event["ph"] == "X") tracks.emplace(event["pid"].get<int>(), event["tid"].get<int>());
  }
  std::vector<std::string> names;
  for (const auto& [pid, name] : processes) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("nepactl", "coordinator", "worker a", "rank 9", "rank 10"));
  EXPECT_EQ(tracks.size(), 6u);
}

TEST(ChromeTraceTest, APartStandsBehindTheWholeThatBeganWithIt) {
  const Json trace = ChromeTrace(
      Job(),
      {Span("rank 0", "train", "wait for images", 5, 2), Span("rank 0", "train", "step 1", 5, 9),
       Span("rank 0", "train", "load model", 1, 4)},
      {});
  std::vector<std::string> names;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == "X") names.push_back(event["name"]);
  }
  EXPECT_THAT(names, ElementsAre("load model", "step 1", "wait for images"));
}

}  // namespace
}  // namespace nepa::cli
