#include "cli/configuration_text.h"

#include "common/config/effective_yaml.h"
#include "common/config/job_spec_json.h"

namespace nepa::cli {

Json ConfigurationJson(const v1::Job& job) {
  const Json whole = Json::parse(job.job_file_json(), nullptr, /*allow_exceptions=*/false);
  if (!whole.is_object() || !whole.contains("spec")) return nullptr;
  return whole.at("spec");
}

std::string ConfigurationYaml(const v1::Job& job) {
  const absl::StatusOr<config::JobFile> file = config::AcceptedJobFromJson(job.job_file_json());
  return file.ok() ? config::EffectiveYaml(file->spec) : "";
}

}  // namespace nepa::cli
