#include "common/flags/variables.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "common/flags/mistake.h"

namespace nepa::flags {
namespace {

// What other programs of ours read, and what building and testing does: a shell may hold them all.
constexpr const char* kOthers[] = {
    "NEPACTL_CONFIG",
    "NEPA_ADVERTISE",
    "NEPA_ALLOW_PATH",
    "NEPA_BIN",
    "NEPA_CONFIG",
    "NEPA_COORDINATOR",
    "NEPA_DEVICE",
    "NEPA_HTTP",
    "NEPA_INSECURE",
    "NEPA_KEEP",
    "NEPA_KILLS",
    "NEPA_LABEL",
    "NEPA_LEASE",
    "NEPA_LEAVE_LIMIT",
    "NEPA_LIBTORCH",
    "NEPA_LIFELINE",
    "NEPA_LISTEN",
    "NEPA_NAME",
    "NEPA_NOTIFY",
    "NEPA_NOTIFY_CA",
    "NEPA_NOTIFY_PATIENCE",
    "NEPA_NO_STANDBY",
    "NEPA_REPORT_INTERVAL",
    "NEPA_REWRITE",
    "NEPA_SANITIZE",
    "NEPA_SCRIPTED_TRAINER",
    "NEPA_SEED",
    "NEPA_SERIES_STAY",
    "NEPA_SLOTS",
    "NEPA_STATE",
    "NEPA_STOP_LIMIT",
    "NEPA_STORAGE",
    "NEPA_TLS_CA",
    "NEPA_TLS_CERTIFICATE",
    "NEPA_TLS_CLIENT_CA",
    "NEPA_TLS_KEY",
    "NEPA_TOKENS",
    "NEPA_TOKEN_FILE",
    "NEPA_TRAINER",
    "NEPA_TRAINER_ENV",
};

constexpr char kOurs[] = "NEPA_";

}  // namespace

std::vector<std::string> VariableNames(const char* const* environment) {
  std::vector<std::string> names;
  for (; environment != nullptr && *environment != nullptr; ++environment) {
    const std::string pair = *environment;
    names.push_back(pair.substr(0, pair.find('=')));
  }
  return names;
}

absl::Status MisspeltVariables(const std::vector<std::string>& names,
                               const std::vector<std::string>& known) {
  // Without the beginning that they all share: it would make all of them look alike.
  std::vector<std::string> ends;
  for (const std::string& name : known) ends.emplace_back(absl::StripPrefix(name, kOurs));
  std::vector<std::string> faults;
  for (const std::string& name : names) {
    if (!absl::StartsWith(name, kOurs)) continue;
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers)) continue;
    const std::string nearest = DidYouMean(absl::StripPrefix(name, kOurs), ends, kOurs);
    if (nearest.empty()) continue;
    faults.push_back(absl::StrCat(name, " in the environment: no such setting", nearest,
                                  " (unset it if it is not for nepa)"));
  }
  std::sort(faults.begin(), faults.end());
  return faults.empty() ? absl::OkStatus()
                        : absl::InvalidArgumentError(absl::StrJoin(faults, "\n"));
}

}  // namespace nepa::flags
