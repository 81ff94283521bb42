// The JSON Schema, tried with a validator of the few words that it uses.
#include "common/config/job_schema.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "common/config/job_binding.h"
#include "common/config/job_fields.h"
#include "common/config/job_file.h"
#include "common/config/json_node.h"

namespace nepa::config {
namespace {

using Json = nlohmann::ordered_json;

bool HasType(const Json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  ADD_FAILURE() << "no type of JSON Schema: " << type;
  return false;
}

bool Fits(const Json& schema, const Json& value);

bool FitsType(const Json& type, const Json& value) {
  if (type.is_string()) return HasType(value, type);
  return std::any_of(type.begin(), type.end(), [&](const Json& t) { return HasType(value, t); });
}

bool FitsProperties(const Json& schema, const Json& value) {
  const Json rest = schema.value("additionalProperties", Json(true));
  for (const auto& [key, inner] : value.items()) {
    const bool known = schema.contains("properties") && schema["properties"].contains(key);
    if (schema.contains("propertyNames") && !Fits(schema["propertyNames"], Json(key))) return false;
    if (known ? !Fits(schema["properties"][key], inner)
              : (rest.is_boolean() ? !rest.get<bool>() : !Fits(rest, inner))) {
      return false;
    }
  }
  const Json required = schema.value("required", Json::array());
  return std::all_of(required.begin(), required.end(),
                     [&](const Json& key) { return value.contains(key.get<std::string>()); });
}

bool FitsNumber(const Json& schema, double value) {
  return value >= schema.value("minimum", -1e300) && value <= schema.value("maximum", 1e300) &&
         value > schema.value("exclusiveMinimum", -1e300) &&
         value < schema.value("exclusiveMaximum", 1e300);
}

bool Fits(const Json& schema, const Json& value) {
  if (schema.contains("type") && !FitsType(schema["type"], value)) return false;
  if (schema.contains("enum")) {
    const Json& words = schema["enum"];
    if (std::find(words.begin(), words.end(), value) == words.end()) return false;
  }
  if (schema.contains("anyOf")) {
    const Json& any = schema["anyOf"];
    if (std::none_of(any.begin(), any.end(), [&](const Json& s) { return Fits(s, value); })) {
      return false;
    }
  }
  if (value.is_string() && schema.contains("pattern")) {
    const std::regex pattern(schema["pattern"].get<std::string>());
    if (!std::regex_search(value.get<std::string>(), pattern)) return false;
  }
  if (value.is_array() && schema.contains("items")) {
    for (const Json& item : value) {
      if (!Fits(schema["items"], item)) return false;
    }
  }
  if (value.is_number() && !FitsNumber(schema, value.get<double>())) return false;
  return !value.is_object() || FitsProperties(schema, value);
}

Json Schema2020() { return Json::parse(JobSchemaText()); }

Json Effective(const std::string& text) {
  const JobFileResult result = ReadJobFile({text, "job.yaml", "/jobs", {}});
  for (const Fault& fault : result.faults) ADD_FAILURE() << FormatFault(fault);
  return result.job ? JsonFromNode(ToNode(result.job->spec)) : Json();
}

TEST(JobSchema, NamesItsDraft) {
  EXPECT_EQ(Schema2020()["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

TEST(JobSchema, DescribesEveryField) {
  const Json schema = Schema2020();
  for (const Field& field : JobFields()) {
    const Json* at = &schema;
    std::string name = field.name + ".";
    for (size_t dot; (dot = name.find('.')) != std::string::npos; name.erase(0, dot + 1)) {
      if (at->contains("anyOf")) at = &(*at)["anyOf"].back();
      ASSERT_TRUE(at->contains("properties") && (*at)["properties"].contains(name.substr(0, dot)))
          << field.name;
      at = &(*at)["properties"][name.substr(0, dot)];
    }
    EXPECT_THAT(at->value("description", ""), ::testing::HasSubstr(field.doc)) << field.name;
  }
}

TEST(JobSchema, ItsDefaultsFitIt) {
  for (const Field& field : JobFields()) {
    JobSpec spec;
    for (const Section& section : JobSections()) section.open(spec);
    if (!HasValue(field, spec)) continue;
    const Json value = JsonFromNode(field.write(spec));
    EXPECT_TRUE(Fits(field.schema, value)) << field.name << ": " << value;
  }
}

TEST(JobSchema, AcceptsWhatReadingAccepts) {
  const Json schema = Schema2020();
  for (const char* text :
       {"data: {train: {path: x}}",
        "kind: finetune\nmodel: {from: job/a}\ndata: {train: {path: x}, eval: {path: y}}",
        "data: {train: {format: synthetic}, eval: {format: synthetic}}\nbatch: {global: 8}\n"
        "evaluation: {knn: true}\nschedule: {steps: 9, warmup: 3}\nresources: {ranks: {min: 1, "
        "max: "
        "4}}\nema: null\nenv: {OMP_NUM_THREADS: 1}\nmodel: {id2label: {0: a, 1: b}}",
        "data: {train: {path: x}}\nseed: 18446744073709551615"}) {
    const Json effective = Effective(text);
    EXPECT_TRUE(Fits(schema, effective)) << effective;
  }
}

TEST(JobSchema, RefusesUnknownFieldsWrongTypesAndMissingData) {
  const Json schema = Schema2020();
  const Json right = {{"data", {{"train", {{"path", "x"}}}}}};
  ASSERT_TRUE(Fits(schema, right));
  const auto with = [&right](const char* pointer, const Json& value) {
    Json json = right;
    json[Json::json_pointer(pointer)] = value;
    return json;
  };
  EXPECT_FALSE(Fits(schema, Json::object()));
  EXPECT_FALSE(Fits(schema, with("/colour", "red")));
  EXPECT_FALSE(Fits(schema, with("/kind", "segment")));
  EXPECT_FALSE(Fits(schema, with("/data/train/pth", "x")));
  EXPECT_FALSE(Fits(schema, with("/optimizer/lr", "fast")));
  EXPECT_FALSE(Fits(schema, with("/optimizer/lr", 0)));
  EXPECT_FALSE(Fits(schema, with("/evaluation/knn", 3)));
  EXPECT_FALSE(Fits(schema, with("/env/PATH", "/")));
  EXPECT_TRUE(Fits(schema, with("/evaluation/knn", true)));
  EXPECT_TRUE(Fits(schema, with("/schedule/warmup", "2.5%")));
  EXPECT_TRUE(Fits(schema, with("/priority", "high")));
}

}  // namespace
}  // namespace nepa::config
