#include "common/config/job_schema.h"

#include "common/config/job_defaults.h"
#include "common/config/job_fields.h"
#include "common/config/json_node.h"

namespace nepa::config {
namespace {

// A value for each field, to read its default from: with data.eval and evaluation.knn opened.
JobSpec SpecWithAllSections() {
  JobSpec spec = DefaultJobSpec({});
  for (const Section& section : JobSections()) section.open(spec);
  return spec;
}

Schema FieldSchema(const Field& field, const JobSpec& spec) {
  Schema schema = {{"description", field.doc + " Allowed: " + field.allowed + "."}};
  schema.update(field.schema);
  if (HasValue(field, spec)) schema["default"] = JsonFromNode(field.write(spec));
  return schema;
}

Schema SectionSchema(const Section& section, const JobSpec& spec) {
  Schema properties = Schema::object();
  Schema required = Schema::array();
  for (const Field& field : JobFields()) {
    if (ParentOf(field.name) == section.name) {
      properties[LastOf(field.name)] = FieldSchema(field, spec);
    }
  }
  for (const Section& inner : JobSections()) {
    if (inner.name.empty() || ParentOf(inner.name) != section.name) continue;
    properties[LastOf(inner.name)] = SectionSchema(inner, spec);
    if (inner.required) required.push_back(LastOf(inner.name));
  }
  Schema schema = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = std::move(required);
  Schema described = {{"description", section.doc}};
  if (section.shorthand_schema.is_null()) {
    described.update(schema);
  } else {
    described["anyOf"] = {section.shorthand_schema, std::move(schema)};
  }
  return described;
}

}  // namespace

std::string JobSchemaText() {
  const JobSpec spec = SpecWithAllSections();
  Schema schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                   {"title", "NEPA job file"}};
  schema.update(SectionSchema(*FindSection(""), spec));
  return schema.dump(2) + "\n";
}

}  // namespace nepa::config
