#include "common/config/job_file.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config/job_binding.h"
#include "common/config/overrides.h"
#include "common/config/yaml_document.h"

namespace nepa::config {
namespace {

JobFileResult Refused(const std::string& file, Position position, std::string message) {
  return {std::nullopt, {{file, position, "", std::move(message)}}};
}

}  // namespace

JobFileResult ReadJobFile(const JobFileText& source) {
  if (source.text.size() > kMaxJobFileBytes) {
    return Refused(
        source.file, {},
        absl::StrCat("the file has ", source.text.size(), " bytes; at most ", kMaxJobFileBytes));
  }
  if (!absl::StartsWith(source.folder, "/")) {
    return Refused(source.file, {},
                   absl::StrCat("the folder \"", source.folder, "\" is not an absolute path"));
  }
  YamlDocument document = ReadYaml(source.text);
  JobFileResult result;
  for (YamlFault& fault : document.faults) {
    result.faults.push_back({source.file, fault.position, fault.field, fault.message});
  }
  if (document.empty && source.overrides.empty()) {
    return Refused(source.file, {1, 1}, "the file is empty; a job needs at least data.train");
  }
  if (document.empty) {
    document.root = Mapping();
    document.root.position = {1, 1};
  }
  if (!document.broken) {
    ApplyOverrides(source.overrides, document.root, result.faults);
    BindingResult bound = Bind(document.root, {source.file, source.folder, kOverrideFile});
    result.faults.insert(result.faults.end(), bound.faults.begin(), bound.faults.end());
    if (result.faults.empty()) result.job = std::move(bound.job);
  }
  SortAndLimit(result.faults);
  return result;
}

}  // namespace nepa::config
