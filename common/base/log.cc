#include "common/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace nepa {
namespace {

spdlog::logger& Logger() {
  // Never destroyed: threads may still log while the program ends.
  static spdlog::logger* logger = [] {
    auto* made = new spdlog::logger("nepa", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %L %v", spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

void Log(spdlog::level::level_enum level, absl::string_view phrase,
         std::initializer_list<LogField> fields) {
  std::string line(phrase);
  for (const LogField& field : fields) {
    const bool bare =
        !field.value.empty() && field.value.find_first_of(" \"=\n\t") == std::string::npos;
    absl::StrAppend(&line, " ", field.name, "=");
    if (bare) {
      absl::StrAppend(&line, field.value);
    } else {
      absl::StrAppend(&line, "\"", absl::Utf8SafeCEscape(field.value), "\"");
    }
  }
  Logger().log(level, "{}", line);
}

}  // namespace

void LogInfo(absl::string_view phrase, std::initializer_list<LogField> fields) {
  Log(spdlog::level::info, phrase, fields);
}
void LogWarning(absl::string_view phrase, std::initializer_list<LogField> fields) {
  Log(spdlog::level::warn, phrase, fields);
}
void LogError(absl::string_view phrase, std::initializer_list<LogField> fields) {
  Log(spdlog::level::err, phrase, fields);
}

}  // namespace nepa
