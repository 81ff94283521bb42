// What programs read: each thing as the JSON object of the documented form.
//
// Every field is always there, null or [] where there is nothing; numbers that JSON cannot carry
// are null; times are RFC 3339. Fields are only ever added. Pure; any thread.
#ifndef NEPA_COMMON_VIEWS_JSON_VIEWS_H_
#define NEPA_COMMON_VIEWS_JSON_VIEWS_H_

#include <nlohmann/json.hpp>
#include <string>

#include "nepa/v1/checkpoint.pb.h"
#include "nepa/v1/cluster.pb.h"
#include "nepa/v1/job.pb.h"

namespace nepa::views {

using Json = nlohmann::ordered_json;

Json JobJson(const v1::Job& job);
Json CheckpointJson(const v1::Checkpoint& checkpoint);
Json EventJson(const v1::Event& event);
Json WorkerJson(const v1::Worker& worker);

// {step, time, loss, …}: one field for each metric name.
Json MetricPointJson(const v1::MetricPoint& point);

// Indented, ended by a line break. Bytes that are not UTF-8 become U+FFFD.
std::string DumpJson(const Json& json);
// On one line, ended by a line break.
std::string DumpJsonLine(const Json& json);

}  // namespace nepa::views

#endif  // NEPA_COMMON_VIEWS_JSON_VIEWS_H_
