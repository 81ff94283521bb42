#include "tests/support/settable_clock.h"

#include <stdlib.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"

namespace nepa::testing {
namespace {

// NEPA_LIBFAKETIME, where the library is, comes from the build.
std::array<std::pair<const char*, std::string>, 4> Variables(const std::string& file) {
  return {{{"LD_PRELOAD", NEPA_LIBFAKETIME},
           {"FAKETIME_TIMESTAMP_FILE", file},
           {"FAKETIME_NO_CACHE", "1"},
           {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}}};
}

}  // namespace

SettableClock::SettableClock(std::string file) : file_(std::move(file)) {
  Set(absl::ZeroDuration());
}

void SettableClock::Set(absl::Duration ahead) {
  const std::string temporary = file_ + ".new";
  std::ofstream(temporary) << (ahead < absl::ZeroDuration() ? "" : "+")
                           << absl::ToInt64Seconds(ahead) << "\n";
  std::filesystem::rename(temporary, file_);  // never half written
}

void SettableClock::Under(const std::function<void()>& start) const {
  for (const auto& [name, value] : Variables(file_)) ::setenv(name, value.c_str(), 1);
  start();
  for (const auto& [name, value] : Variables(file_)) ::unsetenv(name);
}

void SettableClock::UnderAtFirst(const std::function<void()>& start) const {
  ::setenv("FAKETIME_STOP_AFTER_SECONDS", "1", 1);
  Under(start);
  ::unsetenv("FAKETIME_STOP_AFTER_SECONDS");
}

void SettableClock::Wrap(const std::string& program, const std::string& path) const {
  std::ofstream script(path);
  script << "#!/bin/sh\n";
  for (const auto& [name, value] : Variables(file_)) {
    script << "export " << name << "='" << value << "'\n";
  }
  script << "exec '" << program << "' \"$@\"\n";
  script.close();
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

}  // namespace nepa::testing
