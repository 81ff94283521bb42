// nepactl called as a function, with an environment of the test's own.
#ifndef NEPA_TESTS_SUPPORT_NEPACTL_CALL_H_
#define NEPA_TESTS_SUPPORT_NEPACTL_CALL_H_

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/nepactl.h"

namespace nepa::testing {

struct NepactlCall {
  int code = -1;
  std::string out;
  std::string err;
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
};

// Not on a terminal, at one hour after the epoch; no configuration file is found.
inline NepactlCall CallNepactl(std::vector<std::string> arguments,
                               const std::map<std::string, std::string>& variables = {}) {
  std::ostringstream out, err;
  arguments.insert(arguments.begin(), "nepactl");
  const cli::Environment env{
      .arguments = std::move(arguments),
      .out = out,
      .err = err,
      .variable = [&](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        if (found == variables.end()) return std::nullopt;
        return found->second;
      },
      .now = [] { return absl::FromUnixSeconds(3600); }};
  const int code = cli::RunNepactl(env);
  return {code, out.str(), err.str()};
}

}  // namespace nepa::testing

#endif  // NEPA_TESTS_SUPPORT_NEPACTL_CALL_H_
