#include "cli/chrome_trace.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "common/rpc/time.h"

namespace nepa::cli {
namespace {

constexpr char kCoordinator[] = "coordinator";
constexpr char kEvents[] = "events";

int64_t BeginMicros(const v1::TraceSpan& span) {
  return absl::ToUnixMicros(rpc::FromMessage(span.begin()));
}

int64_t DurationMicros(const v1::TraceSpan& span) {
  return absl::ToInt64Microseconds(rpc::FromMessage(span.duration()));
}

// On a job's way from left to right: who submits, who decides, who starts, who trains.
int PlaceOf(const std::string& process) {
  if (process == "nepactl") return 0;
  if (process == kCoordinator) return 1;
  return absl::StartsWith(process, "worker") ? 2 : 3;
}

// Numbers for processes and threads, in the order in which they should be shown.
class Tracks {
 public:
  void Add(const std::string& process, const std::string& thread) { names_[Key(process)][thread]; }

  void Number() {
    int pid = 0;
    for (auto& [key, threads] : names_) {
      pids_[std::get<2>(key)] = ++pid;
      int tid = 0;
      for (auto& [name, number] : threads) number = ++tid;
    }
  }

  int pid(const std::string& process) const { return pids_.at(process); }
  int tid(const std::string& process, const std::string& thread) const {
    return names_.at(Key(process)).at(thread);
  }

  // The metadata events that name them.
  void Describe(Json& list) const {
    for (const auto& [key, threads] : names_) {
      const std::string& process = std::get<2>(key);
      const int pid = pids_.at(process);
      list.push_back(Metadata("process_name", pid, 0, {{"name", process}}));
      list.push_back(Metadata("process_sort_index", pid, 0, {{"sort_index", pid}}));
      for (const auto& [thread, tid] : threads) {
        list.push_back(Metadata("thread_name", pid, tid, {{"name", thread}}));
      }
    }
  }

 private:
  // "rank 9" stands before "rank 10".
  using TrackKey = std::tuple<int, size_t, std::string>;
  static TrackKey Key(const std::string& process) {
    return {PlaceOf(process), process.size(), process};
  }
  static Json Metadata(const char* name, int pid, int tid, Json args) {
    return {{"ph", "M"}, {"name", name}, {"pid", pid}, {"tid", tid}, {"args", std::move(args)}};
  }

  std::map<TrackKey, std::map<std::string, int>> names_;
  std::map<std::string, int> pids_;
};

}  // namespace

void SortSpans(std::vector<v1::TraceSpan>* spans) {
  std::stable_sort(spans->begin(), spans->end(),
                   [](const v1::TraceSpan& a, const v1::TraceSpan& b) {
                     const int64_t a_begin = BeginMicros(a), b_begin = BeginMicros(b);
                     if (a_begin != b_begin) return a_begin < b_begin;
                     return DurationMicros(a) > DurationMicros(b);
                   });
}

Json ChromeTrace(const v1::Job& job, std::vector<v1::TraceSpan> spans,
                 const std::vector<v1::Event>& events) {
  SortSpans(&spans);
  Tracks tracks;
  for (const v1::TraceSpan& span : spans) tracks.Add(span.process(), span.thread());
  if (!events.empty()) tracks.Add(kCoordinator, kEvents);
  tracks.Number();

  Json list = Json::array();
  tracks.Describe(list);
  for (const v1::TraceSpan& span : spans) {
    list.push_back({{"ph", "X"},
                    {"name", span.name()},
                    {"cat", span.process()},
                    {"ts", BeginMicros(span)},
                    {"dur", DurationMicros(span)},
                    {"pid", tracks.pid(span.process())},
                    {"tid", tracks.tid(span.process(), span.thread())},
                    {"args", {{"attempt", span.attempt()}}}});
  }
  for (const v1::Event& event : events) {
    list.push_back({{"ph", "i"},
                    {"name", event.kind()},
                    {"cat", kEvents},
                    {"s", "p"},
                    {"ts", absl::ToUnixMicros(rpc::FromMessage(event.time()))},
                    {"pid", tracks.pid(kCoordinator)},
                    {"tid", tracks.tid(kCoordinator, kEvents)},
                    {"args", {{"attempt", event.attempt()}, {"message", event.message()}}}});
  }
  return {{"traceEvents", std::move(list)},
          {"displayTimeUnit", "ms"},
          {"otherData", {{"job", job.id()}, {"name", job.name()}}}};
}

}  // namespace nepa::cli
