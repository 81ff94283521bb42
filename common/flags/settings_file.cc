#include "common/flags/settings_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/base/status.h"
#include "common/config/yaml_document.h"
#include "common/flags/mistake.h"
#include "common/io/file.h"

namespace nepa::flags {
namespace {

constexpr size_t kMaxBytes = 1 << 20;

std::string PlaceOf(const std::string& path, config::Position position) {
  return absl::StrCat(path, ":", position.line, ":", position.column);
}

SettingsFault Fault(const std::string& path, config::Position position, absl::string_view message) {
  return {{position.line, position.column}, absl::StrCat(PlaceOf(path, position), ": ", message)};
}

// The value as texts. False for what is neither one value nor a list of values.
bool TakeValue(const config::Node& value, Setting& setting) {
  if (value.is_scalar()) {
    setting.values = {value.text};
    return true;
  }
  setting.is_list = value.is_sequence();
  for (const config::Node& item : value.items) {
    if (!item.is_scalar()) return false;
    setting.values.push_back(item.text);
  }
  return value.is_sequence();
}

}  // namespace

absl::StatusOr<SettingsFile> ReadSettingsFile(const std::string& path,
                                              const std::vector<std::string>& known) {
  NEPA_ASSIGN_OR_RETURN(const std::string text, io::ReadFile(path, kMaxBytes));
  SettingsFile file;
  const config::YamlDocument document = config::ReadYaml(text);
  for (const config::YamlFault& fault : document.faults) {
    const std::string field = fault.field.empty() ? "" : absl::StrCat(fault.field, ": ");
    file.faults.push_back(Fault(path, fault.position, absl::StrCat(field, fault.message)));
  }
  if (document.empty || document.broken || document.root.is_null()) return file;
  if (!document.root.is_mapping()) {
    file.faults.push_back(Fault(path, document.root.position,
                                absl::StrCat("found ", config::Describe(document.root),
                                             "; the file is a mapping of settings to values, such "
                                             "as `",
                                             known.empty() ? "name" : known.front(), ": VALUE`")));
    return file;
  }
  for (const config::Node::Entry& entry : document.root.entries) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      file.faults.push_back(
          Fault(path, entry.position,
                absl::StrCat(entry.key, ": no such setting; allowed: ", absl::StrJoin(known, ", "),
                             DidYouMean(entry.key, known))));
      continue;
    }
    if (entry.value.is_null()) continue;
    const config::Position position = entry.value.position;
    Setting setting{.name = entry.key,
                    .place = PlaceOf(path, position),
                    .position = {position.line, position.column}};
    if (!TakeValue(entry.value, setting)) {
      file.faults.push_back(Fault(path, position,
                                  absl::StrCat(entry.key, ": found ", config::Describe(entry.value),
                                               "; allowed: one value, or a list of values")));
    } else if (!setting.values.empty()) {
      file.settings.push_back(std::move(setting));
    }
  }
  return file;
}

absl::Status FaultsStatus(std::vector<SettingsFault> faults) {
  if (faults.empty()) return absl::OkStatus();
  std::stable_sort(
      faults.begin(), faults.end(),
      [](const SettingsFault& a, const SettingsFault& b) { return a.position < b.position; });
  return absl::InvalidArgumentError(absl::StrJoin(
      faults, "\n", [](std::string* out, const SettingsFault& fault) { out->append(fault.text); }));
}

}  // namespace nepa::flags
