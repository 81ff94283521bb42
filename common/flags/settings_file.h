// A file of settings: YAML, one mapping of names to a value or a list of values. The `--config` of
// the daemons and the configuration file of nepactl. Any thread.
#ifndef NEPA_COMMON_FLAGS_SETTINGS_FILE_H_
#define NEPA_COMMON_FLAGS_SETTINGS_FILE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace nepa::flags {

struct Setting {
  std::string name;
  std::vector<std::string> values;  // one, unless it is a list
  bool is_list = false;
  std::string place;             // of the value: "FILE:LINE:COLUMN", counted from 1
  std::pair<int, int> position;  // the same: line, column
};

struct SettingsFault {
  std::pair<int, int> position;  // line, column
  std::string text;              // "FILE:LINE:COLUMN: name: message"
};

struct SettingsFile {
  std::vector<Setting> settings;  // in the order of the file; names without a value are left out
  std::vector<SettingsFault> faults;  // all of them
};

// `known`: the names that may stand there. Errors are those of reading the file, at most 1 MiB.
absl::StatusOr<SettingsFile> ReadSettingsFile(const std::string& path,
                                              const std::vector<std::string>& known);

// One line a fault, in the order of the file. OK where there is none.
absl::Status FaultsStatus(std::vector<SettingsFault> faults);

}  // namespace nepa::flags

#endif  // NEPA_COMMON_FLAGS_SETTINGS_FILE_H_
