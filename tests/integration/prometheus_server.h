// Debian's Prometheus as a child process that scrapes some of our daemons every second, and what
// its HTTP API answers.
//
// Confined to one thread. Listens on a free loopback port; its data are in a folder of the test's.
#ifndef NEPA_TESTS_INTEGRATION_PROMETHEUS_SERVER_H_
#define NEPA_TESTS_INTEGRATION_PROMETHEUS_SERVER_H_

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/support/program.h"

namespace nepa::testing {

// One series, as an instant query answers it. `labels` without the three that Prometheus itself
// puts on (__name__, job, instance).
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

// What a scraped target says of one of its metrics, beside the values.
struct Family {
  std::string type;
  std::string help;
};

class PrometheusServer {
 public:
  // Starts it, with its files in `folder`, and waits until it answers. Scrapes /metrics of each
  // "host:port" of `targets`. Throws if it does not come up.
  PrometheusServer(const std::string& folder, const std::vector<std::string>& targets);

  // Answer to an instant query; empty where nothing matches. Fails the test if it is no query.
  std::vector<Sample> Query(const std::string& query);
  // The value of the only series that matches; nothing if there is none or more.
  std::optional<double> Value(const std::string& query);

  // When the newest sample of a series was scraped; `series` selects exactly one, whether or not it
  // is there any more.
  absl::Time LastScrapeOf(const std::string& series);

  // Waits until every target was scraped, and answered, later than now.
  bool WaitForScrape();

  // The metrics of all targets, by name.
  std::map<std::string, Family> Families();

 private:
  nlohmann::json Get(const std::string& path, const std::map<std::string, std::string>& parameters);

  const size_t targets_;
  std::string address_;
  std::optional<Program> program_;
};

}  // namespace nepa::testing

#endif  // NEPA_TESTS_INTEGRATION_PROMETHEUS_SERVER_H_
