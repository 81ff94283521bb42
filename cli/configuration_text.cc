#include "cli/configuration_text.h"

#include "absl/strings/str_cat.h"
#include "cli/table.h"

namespace nepa::cli {
namespace {

std::string ValueText(const Json& value) {
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    return text.empty() ? "\"\"" : text;
  }
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void AddFields(const std::string& prefix, const Json& value, FieldList* fields) {
  if (!value.is_object() || value.empty()) {
    fields->Add(prefix, ValueText(value));
    return;
  }
  for (const auto& [name, inner] : value.items()) {
    AddFields(prefix.empty() ? name : absl::StrCat(prefix, ".", name), inner, fields);
  }
}

}  // namespace

Json ConfigurationOf(const v1::Job& job) {
  const Json whole = Json::parse(job.job_file_json(), nullptr, /*allow_exceptions=*/false);
  if (!whole.is_object() || !whole.contains("spec")) return nullptr;
  return whole.at("spec");
}

std::string ConfigurationText(const Json& configuration, bool color) {
  FieldList fields;
  if (configuration.is_object()) AddFields("", configuration, &fields);
  return fields.Render(color);
}

}  // namespace nepa::cli
