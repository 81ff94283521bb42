#include "worker/train/checkpoint/trainer_state.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/json_text/json_text.h"

namespace nepa::checkpoint {
namespace {

using nlohmann::json;

constexpr int kFormat = 1;

// Calls `visit(name, field)` for every field that is always there, but the metrics: one list for
// both directions.
template <typename State, typename Visit>
void VisitFields(State& state, Visit visit) {
  visit("job_id", state.job_id);
  visit("attempt", state.attempt);
  visit("step", state.step);
  visit("epoch", state.epoch);
  visit("total_steps", state.total_steps);
  visit("seed", state.seed);
  visit("train_count", state.train_count);
  visit("global_batch", state.global_batch);
  visit("keep_last_batch", state.keep_last_batch);
  visit("collapse_count", state.collapse_count);
  visit("precision", state.precision);
  visit("world_size", state.world_size);
  visit("micro_batch", state.micro_batch);
  visit("nepa_version", state.nepa_version);
  visit("libtorch_version", state.libtorch_version);
}

bool Holds(const json& value, const std::string&) { return value.is_string(); }
bool Holds(const json& value, int64_t) { return value.is_number_integer(); }
bool Holds(const json& value, uint64_t) { return value.is_number_unsigned(); }
bool Holds(const json& value, double) { return value.is_number(); }
bool Holds(const json& value, bool) { return value.is_boolean(); }

json ToJson(const std::map<std::string, double>& metrics) {
  json object = json::object();
  for (const auto& [name, value] : metrics) {
    if (std::isfinite(value)) object[name] = value;  // JSON has no word for the others
  }
  return object;
}

std::map<std::string, double> MetricsIn(const json& object) {
  std::map<std::string, double> metrics;
  const auto found = object.find("metrics");
  if (found == object.end()) return metrics;
  for (const auto& [name, value] : found->items()) {
    if (value.is_number()) metrics[name] = value.get<double>();
  }
  return metrics;
}

// What is there only where there is something to say.
void EncodeEvaluations(const TrainerState& state, json& object) {
  if (state.last_evaluation.has_value()) {
    object["last_evaluation"] = {{"step", state.last_evaluation->step},
                                 {"metrics", ToJson(state.last_evaluation->metrics)}};
  }
  if (state.evaluation_owed) object["evaluation_owed"] = true;
  if (state.best.has_value()) object["best"] = *state.best;
}

// The name of a field of the wrong type, or "".
std::string DecodeEvaluations(const json& object, TrainerState& state) {
  if (const auto last = object.find("last_evaluation"); last != object.end()) {
    if (!last->is_object()) return "last_evaluation";
    const json step = last->value("step", json());
    if (!step.is_number_integer()) return "last_evaluation.step";
    state.last_evaluation = Measurement{step.get<int64_t>(), MetricsIn(*last)};
  }
  if (const auto owed = object.find("evaluation_owed"); owed != object.end()) {
    if (!owed->is_boolean()) return "evaluation_owed";
    state.evaluation_owed = owed->get<bool>();
  }
  if (const auto best = object.find("best"); best != object.end()) {
    if (!best->is_number()) return "best";
    state.best = best->get<double>();
  }
  return "";
}

}  // namespace

std::string Encode(const TrainerState& state) {
  json object = {{"format", kFormat}};
  VisitFields(state, [&](const char* name, const auto& field) { object[name] = field; });
  object["metrics"] = ToJson(state.metrics);
  EncodeEvaluations(state, object);
  return object.dump(2) + "\n";
}

absl::StatusOr<TrainerState> DecodeTrainerState(absl::string_view text) {
  const json object = json_text::Parse({text.data(), text.size()});
  if (!object.is_object()) return absl::DataLossError("the trainer state is no JSON object");
  if (object.value("format", json()) != kFormat) {
    return absl::DataLossError(absl::StrCat("the trainer state's format is not ", kFormat,
                                            ", the one this program reads"));
  }
  TrainerState state;
  std::string fault;
  VisitFields(state, [&](const char* name, auto& field) {
    const auto found = object.find(name);
    if (found == object.end()) {
      if (fault.empty()) fault = absl::StrCat("\"", name, "\" is missing");
    } else if (!Holds(*found, field)) {
      if (fault.empty()) fault = absl::StrCat("\"", name, "\" has the wrong type");
    } else {
      found->get_to(field);
    }
  });
  if (!fault.empty()) return absl::DataLossError(absl::StrCat("the trainer state's ", fault));
  state.metrics = MetricsIn(object);
  if (const std::string name = DecodeEvaluations(object, state); !name.empty()) {
    return absl::DataLossError(
        absl::StrCat("the trainer state's \"", name, "\" has the wrong type"));
  }
  return state;
}

}  // namespace nepa::checkpoint
