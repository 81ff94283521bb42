#include "common/views/json_views.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "common/rpc/time.h"
#include "common/views/words.h"

namespace nepa::views {
namespace {

constexpr const char* kMetricNames[] = {
    "loss",          "images_per_second", "learning_rate", "gradient_norm",
    "embedding_std", "effective_rank",    "top1",          "top5",
    "ema_top1",      "ema_top5",          "knn_top1",      "miou"};

Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json Number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json Time(bool is_set, const google::protobuf::Timestamp& time) {
  return is_set ? Json(TimeText(rpc::FromMessage(time))) : Json(nullptr);
}

// Adds the fixed names first, then whatever else was measured, by name.
void AddMetrics(const google::protobuf::Map<std::string, double>& values, Json* into) {
  for (const char* name : kMetricNames) {
    const auto found = values.find(name);
    (*into)[name] = found == values.end() ? Json(nullptr) : Number(found->second);
  }
  std::vector<std::string> others;
  for (const auto& [name, value] : values) {
    if (!into->contains(name)) others.push_back(name);
  }
  std::sort(others.begin(), others.end());
  for (const std::string& name : others) (*into)[name] = Number(values.at(name));
}

Json Metrics(const google::protobuf::Map<std::string, double>& values) {
  Json json = Json::object();
  AddMetrics(values, &json);
  return json;
}

Json ExitJson(const v1::Job& job) {
  if (!job.has_exit()) return nullptr;
  return {{"kind", OrNull(job.exit().kind())},
          {"rank", job.exit().rank() < 0 ? Json(nullptr) : Json(job.exit().rank())},
          {"message", OrNull(job.exit().message())}};
}

Json GangJson(const v1::Job& job) {
  Json gang = Json::array();
  for (const v1::GangMember& member : job.gang()) {
    gang.push_back({{"rank", member.rank()},
                    {"worker", member.worker()},
                    {"pid", member.pid() == 0 ? Json(nullptr) : Json(member.pid())}});
  }
  return gang;
}

}  // namespace

Json JobJson(const v1::Job& job) {
  return {
      {"id", OrNull(job.id())},
      {"name", job.name()},
      {"kind", job.kind()},
      {"phase", PhaseWord(job.phase())},
      {"reason", OrNull(job.reason())},
      {"attempt", job.attempt()},
      {"restarts", job.restarts()},
      {"user", OrNull(job.user())},
      {"queue", OrNull(job.queue())},
      {"priority", job.priority()},
      {"ranks", job.ranks()},
      {"workers", std::vector<std::string>(job.workers().begin(), job.workers().end())},
      {"step", job.step()},
      {"total_steps", job.total_steps() == 0 ? Json(nullptr) : Json(job.total_steps())},
      {"epoch", Number(job.epoch())},
      {"metrics", Metrics(job.metrics())},
      {"submitted_at", Time(job.has_submitted_at(), job.submitted_at())},
      {"started_at", Time(job.has_started_at(), job.started_at())},
      {"ended_at", Time(job.has_ended_at(), job.ended_at())},
      {"exit", ExitJson(job)},
      {"folder", OrNull(job.folder())},
      {"gang", GangJson(job)},
      {"checkpoints", std::vector<std::string>(job.checkpoints().begin(), job.checkpoints().end())},
  };
}

Json CheckpointJson(const v1::Checkpoint& checkpoint) {
  return {
      {"id", checkpoint.id()},
      {"job", checkpoint.job()},
      {"attempt", checkpoint.attempt()},
      {"step", checkpoint.step()},
      {"epoch", Number(checkpoint.epoch())},
      {"path", OrNull(checkpoint.path())},
      {"bytes", checkpoint.bytes()},
      {"sha256", OrNull(checkpoint.sha256())},
      {"metrics", Metrics(checkpoint.metrics())},
      {"state", StateWord(checkpoint.state())},
      {"pinned", checkpoint.pinned()},
      {"created_at", Time(checkpoint.has_created_at(), checkpoint.created_at())},
  };
}

Json EventJson(const v1::Event& event) {
  return {
      {"time", Time(event.has_time(), event.time())},
      {"job", OrNull(event.job())},
      {"attempt", event.attempt() == 0 ? Json(nullptr) : Json(event.attempt())},
      {"kind", event.kind()},
      {"message", OrNull(event.message())},
  };
}

Json WorkerJson(const v1::Worker& worker) {
  Json labels = Json::object();
  std::vector<std::string> names;
  for (const auto& [name, value] : worker.labels()) names.push_back(name);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) labels[name] = worker.labels().at(name);
  return {
      {"id", worker.id()},
      {"name", worker.name()},
      {"address", OrNull(worker.address())},
      {"state", StateWord(worker.state())},
      {"reason", OrNull(worker.reason())},
      {"incarnation", worker.incarnation()},
      {"slots",
       {{"total", worker.slots().total()},
        {"free", worker.slots().free()},
        {"used", worker.slots().used()}}},
      {"device", OrNull(worker.device())},
      {"labels", labels},
  };
}

Json MetricPointJson(const v1::MetricPoint& point) {
  Json json = {{"step", point.step()}, {"time", Time(point.has_time(), point.time())}};
  AddMetrics(point.values(), &json);
  return json;
}

std::string DumpJson(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string DumpJsonLine(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nepa::views
