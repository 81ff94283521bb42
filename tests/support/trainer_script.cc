#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "tests/support/scripted_trainer.h"

namespace nepa::testing {

void WriteTrainerScript(const std::string& path, const std::vector<std::string>& steps) {
  const char* const program = std::getenv("NEPA_SCRIPTED_TRAINER");
  if (program == nullptr) throw std::runtime_error("NEPA_SCRIPTED_TRAINER is not set");
  const std::string temporary = path + ".new";
  {
    std::ofstream script(temporary);
    script << "#!/bin/sh\nexec " << program;
    for (const std::string& step : steps) script << " --do '" << step << "'";
    script << " \"$@\"\n";
  }
  std::filesystem::permissions(temporary, std::filesystem::perms::owner_all);
  std::filesystem::rename(temporary, path);  // a running shell goes on reading the old one
}

}  // namespace nepa::testing
