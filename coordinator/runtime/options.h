// The flags of nepa-coordinator.
#ifndef NEPA_COORDINATOR_RUNTIME_OPTIONS_H_
#define NEPA_COORDINATOR_RUNTIME_OPTIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/credentials/server.h"
#include "common/flags/address.h"
#include "common/metrics/series.h"
#include "coordinator/core/settings.h"

namespace nepa::coordinator {

struct Options {
  std::string state;    // absolute
  std::string storage;  // absolute
  flags::HostPort listen{"127.0.0.1", 7443};
  flags::HostPort http{"127.0.0.1", 7480};
  credentials::ServerFiles doors;  // who may call by gRPC
  absl::Duration lease = absl::Seconds(10);
  absl::Duration report_interval = absl::Milliseconds(250);
  absl::Duration series_stay = metrics::kSeriesStay;
  std::string notify_url;  // as core::Settings, the next two likewise
  std::optional<std::vector<std::string>> notify_hosts;
  absl::Duration notify_patience = core::Settings().notify_patience;
  std::string notify_ca;  // as Notifier::Options
  int lifeline = -1;      // read end of a pipe: the coordinator ends with its last writer; -1: none
};

struct OptionsResult {
  std::optional<Options> options;
  int exit_code =
      0;  // where there are none: 0 after --help, 2 for wrong usage, which was explained
};

OptionsResult ReadOptions(int argc, const char* const* argv);

}  // namespace nepa::coordinator

#endif  // NEPA_COORDINATOR_RUNTIME_OPTIONS_H_
