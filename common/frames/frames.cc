#include "common/frames/frames.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/frames/json_fields.h"

namespace nepa::frames {
namespace {

using nlohmann::json;

// Escaped, a byte takes at most 6: so an Exit always fits into a frame.
constexpr size_t kMaxMessageBytes = 64 << 10;

json WithSpans(json frame, const std::vector<Span>& spans) {
  if (!spans.empty()) frame["spans"] = SpansJson(spans);
  return frame;
}

json ToJson(const Started& f) {
  return WithSpans({{"type", "started"},
                    {"pid", f.pid},
                    {"step", f.step},
                    {"total_steps", f.total_steps},
                    {"device", f.device},
                    {"micro_batch", f.micro_batch},
                    {"accumulation", f.accumulation}},
                   f.spans);
}

json ToJson(const Progress& f) {
  return {{"type", "progress"},
          {"step", f.step},
          {"epoch", f.epoch},
          {"images", f.images},
          {"metrics", MetricsJson(f.metrics)}};
}

json ToJson(const Metrics& f) {
  return WithSpans({{"type", "metrics"}, {"step", f.step}, {"values", MetricsJson(f.values)}},
                   f.spans);
}

json ToJson(const CheckpointWritten& f) {
  return WithSpans({{"type", "checkpoint"},
                    {"step", f.step},
                    {"epoch", f.epoch},
                    {"path", f.path},
                    {"bytes", f.bytes},
                    {"sha256", f.sha256},
                    {"metrics", MetricsJson(f.metrics)},
                    {"write_seconds", f.write_seconds},
                    {"stall_seconds", f.stall_seconds}},
                   f.spans);
}

json FaultsJson(const std::vector<Fault>& faults) {
  json all = json::array();
  size_t bytes = 0;
  for (const Fault& f : faults) {
    bytes += f.file.size() + f.field.size() + f.message.size();
    if (all.size() == kMaxFaults || bytes > kMaxFaultsBytes) break;
    all.push_back({{"file", f.file},
                   {"line", f.line},
                   {"column", f.column},
                   {"field", f.field},
                   {"message", f.message}});
  }
  return all;
}

json ToJson(const Exit& f) {
  json object = {
      {"type", "exit"}, {"kind", Name(f.kind)}, {"message", f.message.substr(0, kMaxMessageBytes)}};
  if (!f.faults.empty()) object["faults"] = FaultsJson(f.faults);
  return object;
}

// The coordinator joins the path to the job's folder and later removes what lies there.
bool StaysInside(const std::string& path) {
  if (path.empty() || path.front() == '/') return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == ".." || part == ".") return false;
  }
  return true;
}

template <typename F>
absl::StatusOr<Frame> WithSpansOf(const json& object, const char* what, F frame) {
  absl::StatusOr<std::vector<Span>> spans = ReadSpans(object, what);
  if (!spans.ok()) return spans.status();
  frame.spans = *std::move(spans);
  return frame;
}

absl::StatusOr<Frame> ReadStarted(const json& object) {
  JsonFields fields(object, "started frame");
  Started f;
  f.pid = fields.Count("pid");
  f.step = fields.Count("step");
  f.total_steps = fields.Count("total_steps");
  f.device = fields.Text("device");
  f.micro_batch = fields.Count("micro_batch");
  f.accumulation = fields.Count("accumulation");
  if (!fields.status().ok()) return fields.status();
  return WithSpansOf(object, "started frame", std::move(f));
}

absl::StatusOr<Frame> ReadProgress(JsonFields fields) {
  Progress f;
  f.step = fields.Count("step");
  f.epoch = fields.Amount("epoch");
  f.images = fields.Count("images");
  f.metrics = fields.Metrics("metrics");
  if (!fields.status().ok()) return fields.status();
  return f;
}

absl::StatusOr<Frame> ReadMetrics(const json& object) {
  JsonFields fields(object, "metrics frame");
  Metrics f;
  f.step = fields.Count("step");
  f.values = fields.Metrics("values");
  if (!fields.status().ok()) return fields.status();
  return WithSpansOf(object, "metrics frame", std::move(f));
}

absl::StatusOr<Frame> ReadCheckpoint(const json& object) {
  JsonFields fields(object, "checkpoint frame");
  CheckpointWritten f;
  f.step = fields.Count("step");
  f.epoch = fields.Amount("epoch");
  f.path = fields.Text("path");
  f.bytes = fields.Count("bytes");
  f.sha256 = fields.Text("sha256");
  f.metrics = fields.Metrics("metrics");
  f.write_seconds = fields.Amount("write_seconds");
  f.stall_seconds = fields.Amount("stall_seconds");
  if (!fields.status().ok()) return fields.status();
  if (!StaysInside(f.path)) {
    return absl::InvalidArgumentError(
        absl::StrCat("checkpoint frame: \"path\" must be relative to the job's folder and stay "
                     "inside it, got ",
                     f.path));
  }
  return WithSpansOf(object, "checkpoint frame", std::move(f));
}

absl::StatusOr<std::vector<Fault>> ReadFaults(const json& exit) {
  std::vector<Fault> faults;
  const auto all = exit.find("faults");
  if (all == exit.end()) return faults;
  if (!all->is_array() || all->size() > kMaxFaults) {
    return absl::InvalidArgumentError(
        absl::StrCat("exit frame: \"faults\" must be an array of at most ", kMaxFaults));
  }
  for (const json& object : *all) {
    if (!object.is_object()) {
      return absl::InvalidArgumentError("exit frame: \"faults\" must hold objects");
    }
    JsonFields fields(object, "fault of an exit frame");
    Fault fault;
    fault.file = fields.Text("file");
    fault.line = fields.Count("line");
    fault.column = fields.Count("column");
    fault.field = fields.Text("field");
    fault.message = fields.Text("message");
    if (!fields.status().ok()) return fields.status();
    faults.push_back(std::move(fault));
  }
  return faults;
}

absl::StatusOr<Frame> ReadExit(const json& object) {
  JsonFields fields(object, "exit frame");
  const std::string kind = fields.Text("kind");
  Exit f;
  f.message = fields.Text("message");
  if (!fields.status().ok()) return fields.status();
  const absl::StatusOr<ExitKind> parsed = ParseExitKind(kind);
  if (!parsed.ok()) return parsed.status();
  f.kind = *parsed;
  absl::StatusOr<std::vector<Fault>> faults = ReadFaults(object);
  if (!faults.ok()) return faults.status();
  f.faults = *std::move(faults);
  return f;
}

absl::Status CheckLength(std::string_view line) {
  if (line.size() <= kMaxFrameBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "a frame of ", line.size(), " bytes is longer than the allowed ", kMaxFrameBytes));
}

}  // namespace

std::string Encode(const Frame& frame) {
  return std::visit([](const auto& f) { return Dump(ToJson(f)); }, frame);
}

std::string Encode(const Stop& stop) {
  return Dump({{"type", "stop"}, {"checkpoint", stop.checkpoint}});
}

absl::StatusOr<Frame> DecodeFrame(std::string_view line) {
  if (absl::Status status = CheckLength(line); !status.ok()) return status;
  const absl::StatusOr<json> object = ParseObject(line, "frame");
  if (!object.ok()) return object.status();
  JsonFields head(*object, "frame");
  const std::string type = head.Text("type");
  if (!head.status().ok()) return head.status();
  if (type == "started") return ReadStarted(*object);
  if (type == "progress") return ReadProgress({*object, "progress frame"});
  if (type == "metrics") return ReadMetrics(*object);
  if (type == "checkpoint") return ReadCheckpoint(*object);
  if (type == "exit") return ReadExit(*object);
  return absl::InvalidArgumentError(
      absl::StrCat("frame: unknown type \"", type.substr(0, kMaxMetricNameBytes), "\""));
}

absl::StatusOr<Stop> DecodeStop(std::string_view line) {
  if (absl::Status status = CheckLength(line); !status.ok()) return status;
  const absl::StatusOr<json> object = ParseObject(line, "control line");
  if (!object.ok()) return object.status();
  JsonFields fields(*object, "control line");
  const std::string type = fields.Text("type");
  Stop stop;
  stop.checkpoint = fields.Flag("checkpoint", false);
  if (!fields.status().ok()) return fields.status();
  if (type != "stop") {
    return absl::InvalidArgumentError(
        absl::StrCat("control line: unknown type \"", type.substr(0, kMaxMetricNameBytes), "\""));
  }
  return stop;
}

}  // namespace nepa::frames
